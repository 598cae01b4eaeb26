using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
/// <remarks>Only the selections are kept, in memory. They are lost at a restart; then the pictures must be selected again.</remarks>
internal sealed class Bundles(IDbContextFactory<AppDbContext> databases, IPictureStore store, IOptionsMonitor<QuotaOptions> options, TimeProvider clock) : IBundles
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, Bundle> bundles = new();
    private readonly Dictionary<Guid, int> downloads = [];

    public async Task<Guid?> StartAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var pictures = await database.Pictures.VisibleTo(actor).Where(picture => imageIds.Contains(picture.Id)).OrderBy(picture => picture.CreatedAt)
            .Select(picture => new Entry(picture.Id, picture.Seed)).Take(IBundles.MostPictures).ToListAsync(cancellationToken);
        if (pictures.Count == 0 || DownloadsOf(actor.PersonId) >= options.CurrentValue.DownloadsAtOnce)
        {
            return null;
        }

        Forget(actor.PersonId);
        var id = Guid.NewGuid();
        bundles[id] = new Bundle(actor.PersonId, pictures, clock.GetUtcNow());
        return id;
    }

    public int? Count(Actor actor, Guid bundleId) => OwnOf(actor, bundleId)?.Pictures.Count;

    public IBundleDownload? Open(Actor actor, Guid bundleId)
    {
        if (OwnOf(actor, bundleId) is not { } bundle)
        {
            return null;
        }

        lock (downloads)
        {
            if (downloads.GetValueOrDefault(actor.PersonId) >= options.CurrentValue.DownloadsAtOnce)
            {
                return null;
            }

            downloads[actor.PersonId] = downloads.GetValueOrDefault(actor.PersonId) + 1;
        }

        return new Download(this, actor, bundle);
    }

    private Bundle? OwnOf(Actor actor, Guid bundleId) =>
        bundles.TryGetValue(bundleId, out var bundle) && bundle.PersonId == actor.PersonId && !IsOver(bundle) ? bundle : null;

    private bool IsOver(Bundle bundle) => bundle.StartedAt < clock.GetUtcNow() - Life;

    /// <summary>Removes expired selections, and the person's oldest ones beyond the limit.</summary>
    private void Forget(Guid personId)
    {
        var older = bundles.Where(pair => pair.Value.PersonId == personId).OrderByDescending(pair => pair.Value.StartedAt).Skip(options.CurrentValue.DownloadsAtOnce - 1);
        foreach (var (id, _) in older.Concat(bundles.Where(pair => IsOver(pair.Value))).ToList())
        {
            bundles.TryRemove(id, out _);
        }
    }

    private async Task WriteAsync(Actor actor, Bundle bundle, Stream output, CancellationToken cancellationToken)
    {
        await using var written = new ZipOutput(output);
        await using (var zip = await ZipArchive.CreateAsync(written, ZipArchiveMode.Create, leaveOpen: true, entryNameEncoding: null, cancellationToken))
        {
            for (var index = 0; index < bundle.Pictures.Count; index++)
            {
                await AddAsync(zip, actor, bundle.Pictures[index], index + 1, cancellationToken);
            }
        }

        await written.FlushAsync(cancellationToken);
    }

    private async Task AddAsync(ZipArchive zip, Actor actor, Entry picture, int number, CancellationToken cancellationToken)
    {
        if (!await IsVisibleAsync(actor, picture.Id, cancellationToken) || await store.OpenContentAsync(picture.Id, cancellationToken) is not { } content)
        {
            return;
        }

        await using var bytes = content.Stream;

        // PNG is already compressed, but programs that read a zip while it arrives cannot find the end of an uncompressed entry.
        var name = string.Create(CultureInfo.InvariantCulture, $"{number:D3}-{picture.Seed}.png");
        await using var entry = await zip.CreateEntry(name, CompressionLevel.Fastest).OpenAsync(cancellationToken);
        await bytes.CopyToAsync(entry, cancellationToken);
    }

    private async Task<bool> IsVisibleAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.VisibleTo(actor).AnyAsync(picture => picture.Id == imageId, cancellationToken);
    }

    private int DownloadsOf(Guid personId)
    {
        lock (downloads)
        {
            return downloads.GetValueOrDefault(personId);
        }
    }

    private void End(Guid personId)
    {
        lock (downloads)
        {
            if (--downloads[personId] == 0)
            {
                downloads.Remove(personId);
            }
        }
    }

    private sealed class Download(Bundles bundles, Actor actor, Bundle bundle) : IBundleDownload
    {
        private bool isOver;

        public Task WriteAsync(Stream output, CancellationToken cancellationToken) => bundles.WriteAsync(actor, bundle, output, cancellationToken);

        public void Dispose()
        {
            if (!isOver)
            {
                isOver = true;
                bundles.End(actor.PersonId);
            }
        }
    }

    private sealed record Entry(Guid Id, long Seed);

    private sealed record Bundle(Guid PersonId, IReadOnlyList<Entry> Pictures, DateTimeOffset StartedAt);
}
