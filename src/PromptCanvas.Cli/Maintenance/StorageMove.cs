using System.Globalization;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Maintenance;

/// <summary>Copies pictures, thumbnails, uploads and checkpoints from one store to another. What is there already is not copied again, so that a move goes on where it was interrupted.</summary>
/// <param name="report">Gets one line now and then.</param>
internal sealed class StorageMove(IObjectStore from, IObjectStore to, Func<string, Task> report)
{
    private const int ObjectsPerLine = 500;
    private const double Megabyte = 1024 * 1024;
    private static readonly string[] Folders = [ObjectNames.Pictures, ObjectNames.Stages];

    private long seen;
    private long copied;
    private long bytes;

    /// <returns>The objects that are damaged at their source and were not copied.</returns>
    public async Task<IReadOnlyList<string>> RunAsync(CancellationToken cancellationToken)
    {
        var damaged = new List<string>();
        foreach (var folder in Folders)
        {
            await foreach (var found in from.ListAsync(folder, cancellationToken).ConfigureAwait(false))
            {
                if (!IsObject(found.Name))
                {
                    continue;
                }

                if (!await HasAsync(found, cancellationToken).ConfigureAwait(false) && !await CopyAsync(found, cancellationToken).ConfigureAwait(false))
                {
                    damaged.Add(found.Name);
                }

                if (++seen % ObjectsPerLine == 0)
                {
                    await report(Progress()).ConfigureAwait(false);
                }
            }
        }

        await report(Progress()).ConfigureAwait(false);
        return damaged;
    }

    // Files of interrupted writes have other names.
    private static bool IsObject(string name) => ObjectNames.IsStage(name) || ObjectNames.HashIn(name) is not null;

    // A checkpoint is replaced as its job goes on; content never changes.
    private async Task<bool> HasAsync(StoredObject found, CancellationToken cancellationToken) =>
        ObjectNames.HashIn(found.Name) is not null && await to.FindAsync(found.Name, cancellationToken).ConfigureAwait(false) is { } there && there.Length == found.Length;

    private async Task<bool> CopyAsync(StoredObject found, CancellationToken cancellationToken)
    {
        using var content = new MemoryStream();
        if (!await from.ReadAsync(found.Name, content, cancellationToken).ConfigureAwait(false))
        {
            // It was removed since it was listed.
            return true;
        }

        var whole = content.GetBuffer().AsMemory(0, (int)content.Length);
        var hash = BlobStore.HashOf(whole.Span);
        if (ObjectNames.HashIn(found.Name) is { } named && named != hash)
        {
            return false;
        }

        await to.WriteAsync(found.Name, whole, cancellationToken).ConfigureAwait(false);
        using var written = new MemoryStream();
        if (!await to.ReadAsync(found.Name, written, cancellationToken).ConfigureAwait(false) || BlobStore.HashOf(written.GetBuffer().AsSpan(0, (int)written.Length)) != hash)
        {
            throw new InvalidDataException($"{found.Name} came back from the target with other content; check the target and run the command again.");
        }

        (copied, bytes) = (copied + 1, bytes + whole.Length);
        return true;
    }

    private string Progress() => string.Create(CultureInfo.InvariantCulture, $"{seen} files looked at, {copied} copied ({bytes / Megabyte:F1} MB).");
}
