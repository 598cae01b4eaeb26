using System.Collections.Concurrent;
using System.Globalization;
using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
/// <remarks>Bundles are lost at a restart and expire an hour after they were started; then they must be requested again.</remarks>
internal sealed class Bundles(
    IDbContextFactory<AppDbContext> databases, IPictureStore store, DataFolder folder, TimeProvider clock, BackgroundFaults faults) : IBundles
{
    private const int AtOnce = 2;
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<Guid, Bundle> bundles = new();

    public async Task<Guid?> StartAsync(Actor actor, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        Sweep();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var pictures = await database.Pictures.VisibleTo(actor).Where(image => imageIds.Contains(image.Id)).OrderBy(image => image.CreatedAt)
            .Select(image => new Entry(image.Id, image.Seed)).Take(IBundles.MostPictures).ToListAsync(cancellationToken);
        if (pictures.Count == 0 || bundles.Values.Count(bundle => bundle.PersonId == actor.PersonId && !bundle.IsOver) >= AtOnce)
        {
            return null;
        }

        var id = Guid.NewGuid();
        var bundle = new Bundle(actor.PersonId, pictures.Count, FileOf(id), clock.GetUtcNow());
        bundles[id] = bundle;
        faults.Run(nameof(Bundles), () => MakeAsync(bundle, pictures));
        return id;
    }

    public BundleView? Find(Actor actor, Guid bundleId) => OwnOf(actor, bundleId) is { } bundle
        ? new BundleView(bundle.Done, bundle.Count, bundle.IsReady, bundle.HasFailed)
        : null;

    public Stream? Open(Actor actor, Guid bundleId)
    {
        if (OwnOf(actor, bundleId) is not { IsReady: true } bundle)
        {
            return null;
        }

        try
        {
            return File.OpenRead(bundle.Path);
        }
        catch (IOException)
        {
            return null;
        }
    }

    private string FileOf(Guid id) => Path.Combine(folder.Temporary, $"{id:N}.zip");

    private Bundle? OwnOf(Actor actor, Guid bundleId) => bundles.TryGetValue(bundleId, out var bundle) && bundle.PersonId == actor.PersonId ? bundle : null;

    private void Sweep()
    {
        var limit = clock.GetUtcNow() - Life;
        foreach (var (id, bundle) in bundles.Where(pair => pair.Value.IsOver && pair.Value.StartedAt < limit))
        {
            bundles.TryRemove(id, out _);
            File.Delete(bundle.Path);
        }
    }

    private async Task MakeAsync(Bundle bundle, List<Entry> pictures)
    {
        try
        {
            await using (var file = File.Create(bundle.Path))
            await using (var zip = new ZipArchive(file, ZipArchiveMode.Create))
            {
                foreach (var picture in pictures)
                {
                    await AddAsync(zip, bundle, picture);
                }
            }

            bundle.IsReady = true;
        }
        finally
        {
            // The person who waits for the zip file is told; the exception goes to the log.
            bundle.HasFailed = !bundle.IsReady;
        }
    }

    private async Task AddAsync(ZipArchive zip, Bundle bundle, Entry picture)
    {
        if (await store.OpenContentAsync(picture.Id, CancellationToken.None) is { } content)
        {
            await using var bytes = content.Stream;

            // PNG is already compressed.
            var name = string.Create(CultureInfo.InvariantCulture, $"{bundle.Done + 1:D3}-{picture.Seed}.png");
            await using var entry = await zip.CreateEntry(name, CompressionLevel.NoCompression).OpenAsync();
            await bytes.CopyToAsync(entry);
        }

        bundle.Done++;
    }

    private sealed record Entry(Guid Id, long Seed);

    private sealed class Bundle(Guid personId, int count, string path, DateTimeOffset startedAt)
    {
        private volatile int done;
        private volatile bool isReady;
        private volatile bool hasFailed;

        public Guid PersonId => personId;

        public int Count => count;

        public string Path => path;

        public DateTimeOffset StartedAt => startedAt;

        public int Done
        {
            get => done;
            set => done = value;
        }

        public bool IsReady
        {
            get => isReady;
            set => isReady = value;
        }

        public bool HasFailed
        {
            get => hasFailed;
            set => hasFailed = value;
        }

        public bool IsOver => isReady || hasFailed;
    }
}
