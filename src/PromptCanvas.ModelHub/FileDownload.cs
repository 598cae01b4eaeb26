using System.Net;

namespace PromptCanvas.ModelHub;

/// <summary>Fetches one file in parts, checks it, and gives it its name.</summary>
internal sealed class FileDownload(HubClient hub, PlannedPart source, SemaphoreSlim connections, ProgressMeter meter)
{
    // A damaged file is fetched once more.
    private const int Attempts = 2;

    private HubSettings Settings => hub.Settings;

    /// <summary>Fetches what is missing of a file; does nothing for a finished one.</summary>
    /// <param name="path">Where it goes.</param>
    /// <exception cref="ModelHubException">It cannot be had, or it is damaged each time.</exception>
    public async Task RunAsync(HubFile file, string path, CancellationToken cancellationToken)
    {
        if (IsFinished(path, file))
        {
            meter.Found(file.Size);
            return;
        }

        using var partial = PartialFile.Open(path, file, Settings.PartBytes);
        meter.Found(partial.Bytes);
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            await FetchAsync(partial, file, cancellationToken).ConfigureAwait(false);
            if (await FileCheck.IsRightAsync(partial.Handle, file, cancellationToken).ConfigureAwait(false))
            {
                partial.Finish();
                return;
            }

            meter.Add(-partial.Bytes);
            partial.Discard();
        }

        throw new ModelHubException(
            $"{source.Repository}/{file.Path} does not have the checksum that the hub names, although it was downloaded twice. A proxy may change it; if not, report it to the publisher.");
    }

    /// <summary>Bytes of a file that are on disk.</summary>
    public static long BytesOf(HubFile file, string path, int partBytes) => IsFinished(path, file) ? file.Size : PartialFile.BytesOf(path, file, partBytes);

    /// <summary>Files are named only when they are whole and checked.</summary>
    private static bool IsFinished(string path, HubFile file) => new FileInfo(path) is { Exists: true } found && found.Length == file.Size;

    private async Task FetchAsync(PartialFile partial, HubFile file, CancellationToken cancellationToken)
    {
        // The first request tells whether the server gives parts; one that does not sends the whole file at once.
        if (partial.Missing is [var first, ..])
        {
            await FetchAsync(partial, file, first, cancellationToken).ConfigureAwait(false);
        }

        await Parallel.ForEachAsync(
            partial.Missing,
            new ParallelOptions { MaxDegreeOfParallelism = Settings.Connections, CancellationToken = cancellationToken },
            async (part, cancelled) => await FetchAsync(partial, file, part, cancelled).ConfigureAwait(false)).ConfigureAwait(false);
    }

    private async Task FetchAsync(PartialFile partial, HubFile file, int part, CancellationToken cancellationToken)
    {
        await connections.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            // A line that is cut again and again but delivers something each time gets on.
            var progress = new PartProgress(partial, part, meter);
            for (var before = -1L; progress.Position < progress.End && progress.Position > before;)
            {
                before = progress.Position;
                await RepeatAsync(progress, file, cancellationToken).ConfigureAwait(false);
            }
        }
        finally
        {
            connections.Release();
        }
    }

    private async Task RepeatAsync(PartProgress progress, HubFile file, CancellationToken cancellationToken)
    {
        var began = progress.Position;
        try
        {
            await hub.RepeatAsync($"{source.Repository}/{file.Path}", async cancelled => await ReceiveAsync(progress, file, cancelled).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
        }
        catch (ModelHubException fault) when (fault.InnerException is PassingFaultException && progress.Position > began)
        {
            // Goes on from where the line was cut.
        }
    }

    /// <summary>Receives the rest of a part, or of the whole file from a server without parts.</summary>
    private async Task ReceiveAsync(PartProgress progress, HubFile file, CancellationToken cancellationToken)
    {
        using var response = await hub.OpenAsync(source.Repository, source.Commit, file.Path, progress.Position, progress.End, cancellationToken).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.OK)
        {
            progress.BeginWhole();
        }
        else if (response.Content.Headers.ContentRange is not { } range || range.From != progress.Position || (range.Length is { } length && length != file.Size))
        {
            throw new ModelHubException($"{source.Repository}/{file.Path}: the hub sent other bytes than were asked for, or the file has another size now. Run it again; if it stays so, check Models:Hub.");
        }

        await BodyReader.CopyAsync(
            response,
            Settings,
            async piece =>
            {
                await progress.TakeAsync(piece, cancellationToken).ConfigureAwait(false);
                return progress.Position < progress.End;
            },
            cancellationToken).ConfigureAwait(false);
        if (progress.Position < progress.End)
        {
            throw new PassingFaultException("the line was cut.");
        }
    }
}
