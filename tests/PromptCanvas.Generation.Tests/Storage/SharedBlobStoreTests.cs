using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Generation.Tests.Storage;

/// <summary>Machines that share a store; a folder takes the part of the store.</summary>
public sealed class SharedBlobStoreTests : IDisposable
{
    private const int Megabyte = 1024 * 1024;
    private readonly TemporaryFolder shared = new();
    private readonly TemporaryFolder one = new();
    private readonly TemporaryFolder other = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Open_WrittenOnAnotherMachine_ReadsItOnceFromTheStore()
    {
        await using var writer = await Node(one).PrepareAsync();
        await using var reader = await Node(other).PrepareAsync();
        var hash = await writer.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new byte[] { 1, 2, 3 }, Cancellation);

        Assert.Equal([1, 2, 3], await ReadAsync(reader, hash));
        await new FolderObjects(shared.Path).DeleteAsync(ObjectNames.Of(BlobKind.Picture, hash), Cancellation);
        Assert.Equal([1, 2, 3], await ReadAsync(reader, hash));
    }

    [Fact]
    public async Task Open_NeverWritten_IsNullAndLeavesNoFile()
    {
        await using var node = await Node(one).PrepareAsync();

        Assert.Null(await node.Get<IBlobStore>().OpenAsync(BlobKind.Picture, BlobStore.HashOf([9]), Cancellation));
        Assert.Empty(FilesOf(node));
    }

    [Fact]
    public async Task Open_ObjectWithOtherContent_IsRecordedAndNotServed()
    {
        await using var node = await Node(one).PrepareAsync();
        var hash = BlobStore.HashOf([1]);
        await new FolderObjects(shared.Path).WriteAsync(ObjectNames.Of(BlobKind.Picture, hash), new byte[] { 2 }, Cancellation);

        Assert.Null(await node.Get<IBlobStore>().OpenAsync(BlobKind.Picture, hash, Cancellation));

        Assert.Empty(FilesOf(node));
        Assert.Contains(node.Log.Warnings, line => line.Contains(hash, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Copies_OverTheirLimit_TheLeastRecentlyUsedGo()
    {
        await using var node = await Node(one, copiesMegabytes: 2).PrepareAsync();
        var hashes = new List<string>();
        foreach (var content in new byte[] { 1, 2, 3 })
        {
            node.Clock.Advance(TimeSpan.FromMinutes(1));
            hashes.Add(await node.Get<IBlobStore>().WriteAsync(BlobKind.Picture, Enumerable.Repeat(content, Megabyte * 6 / 10).ToArray(), Cancellation));
            node.Clock.Advance(TimeSpan.FromMinutes(1));
            await ReadAsync(node, hashes[0]);
        }

        await node.Get<IBlobStore>().WriteAsync(BlobKind.Picture, Enumerable.Repeat((byte)4, Megabyte * 6 / 10).ToArray(), Cancellation);

        Assert.DoesNotContain($"{hashes[1]}.png", FilesOf(node));
        Assert.Contains($"{hashes[0]}.png", FilesOf(node));
        Assert.Equal(Megabyte * 6 / 10, (await ReadAsync(node, hashes[1])).Length);
    }

    [Fact]
    public async Task Sweep_OldObjectsAndCopies_RemovesOnlyThoseWithoutAPicture()
    {
        await using var studio = Node(one);
        await studio.StartAsync();
        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox()), JobState.Done);
        await studio.StopAsync();
        var pictures = FilesOf(studio);
        await studio.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new byte[] { 1 }, Cancellation);
        studio.Clock.Advance(TimeSpan.FromHours(25));
        Age(studio.Clock.GetUtcNow() - TimeSpan.FromHours(25));
        var young = await studio.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new byte[] { 2 }, Cancellation);

        await studio.Get<Orphans>().SweepAsync(Cancellation);

        Assert.Equal([.. pictures, $"{young}.png"], FilesOf(studio).OrderBy(file => file == $"{young}.png").ThenBy(file => file, StringComparer.Ordinal));
        Assert.Equal(FilesOf(studio).Order(), Directory.EnumerateFiles(shared.Path, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)!).Order());
    }

    [Fact]
    public async Task Sweep_ObjectsOfOthersBesideThePictures_StayAndDisturbNothing()
    {
        await using var studio = await Node(one).PrepareAsync();
        var store = new FolderObjects(shared.Path);
        await store.WriteAsync("images/x", new byte[] { 1 }, Cancellation);
        await studio.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new byte[] { 2 }, Cancellation);
        studio.Clock.Advance(TimeSpan.FromHours(25));
        Age(studio.Clock.GetUtcNow() - TimeSpan.FromHours(25));

        await studio.Get<Orphans>().SweepAsync(Cancellation);

        Assert.Equal(["images/x"], await store.ListAsync("", Cancellation).Select(stored => stored.Name).ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Upload_WhileTheStoreIsAway_IsRefusedInWordsAndLeavesNoRow()
    {
        await using var studio = await Node(one, store: new AwayStore(new FolderObjects(shared.Path)) { IsAway = true }).PrepareAsync();
        using var file = new MemoryStream(PngEncoder.Encode(Pictures.Noise(16, 16, seed: 1)));

        var result = await studio.Get<IUploads>().AddAsync(await studio.PersonAsync(), file, Cancellation);

        Assert.False(result.TryGet(out _, out var refusal));
        Assert.Equal("The picture store cannot be used now (no answer); try again in a moment.", Assert.IsType<Unavailable>(refusal).Message);
        await using var database = studio.OpenDatabase();
        Assert.Empty(database.Uploads);
    }

    [Fact]
    public async Task Job_WhileTheStoreIsAway_WaitsAndEndsLaterAndIsChargedOnce()
    {
        var store = new AwayStore(new FolderObjects(shared.Path)) { IsAway = true };
        await using var studio = Node(one, store: store);
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox());
        await studio.WaitAsync(id, job => job.State == JobState.Queued && store.Refused > 0);

        store.IsAway = false;
        while ((await studio.FindAsync(id)).State != JobState.Done)
        {
            // The worker may not be waiting on its clock yet.
            studio.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation);
        }

        await using var database = studio.OpenDatabase();
        Assert.Equal(
            2 * (await studio.FindAsync(id)).Images.Count, Directory.EnumerateFiles(Path.Combine(shared.Path, "images"), "*", SearchOption.AllDirectories).Count());
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
    }

    [Fact]
    public async Task Checkpoint_SavedOnOneMachine_IsLoadedOnAnother()
    {
        await using var first = await Node(one).PrepareAsync();
        await using var second = await Node(other).PrepareAsync();
        var job = Guid.NewGuid();
        await first.Get<StageFiles>().SaveAsync(job, 0, "model", FakeEngine.StageOf(3), Cancellation);

        var found = await second.Get<StageFiles>().LoadAsync(job, 0, "model", Cancellation);

        Assert.Equal(FakeEngine.StageOf(3).ImageEmbedding, found!.ImageEmbedding);
        Assert.Equal([job], await second.Get<StageFiles>().JobsAsync(Cancellation).ToListAsync(Cancellation));
        await second.Get<StageFiles>().RemoveAsync(job, Cancellation);
        Assert.Null(await first.Get<StageFiles>().LoadAsync(job, 0, "model", Cancellation));
    }

    [Fact]
    public async Task Start_SettingsThatNeverReachTheStore_AreRefusedInOneSentence()
    {
        await using var studio = Node(one, store: new AwayStore(new FolderObjects(shared.Path)) { Refusal = "The store has no bucket pictures." });

        Assert.Equal("The store has no bucket pictures.", (await Assert.ThrowsAsync<Configuration.StartupException>(studio.PrepareAsync)).Message);
    }

    public void Dispose()
    {
        shared.Dispose();
        one.Dispose();
        other.Dispose();
    }

    private Studio Node(TemporaryFolder folder, IObjectStore? store = null, int copiesMegabytes = 100) => new(
        folder.Path, change: services => services.AddSingleton(new SharedStorage(store ?? new FolderObjects(shared.Path), copiesMegabytes)));

    // The folder that takes the part of the store has a clock of its own.
    private void Age(DateTimeOffset written)
    {
        foreach (var file in Directory.EnumerateFiles(shared.Path, "*", SearchOption.AllDirectories))
        {
            File.SetLastWriteTimeUtc(file, written.UtcDateTime);
        }
    }

    private static async Task<byte[]> ReadAsync(Studio node, string hash)
    {
        await using var file = await node.Get<IBlobStore>().OpenAsync(BlobKind.Picture, hash, Cancellation);
        using var bytes = new MemoryStream();
        await file!.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    private static List<string> FilesOf(Studio node) =>
        [.. Directory.EnumerateFiles(node.Folder.Images, "*", SearchOption.AllDirectories).Select(file => Path.GetFileName(file)!).Order(StringComparer.Ordinal)];

    /// <summary>A store that can be away.</summary>
    private sealed class AwayStore(IObjectStore store) : IObjectStore
    {
        private int refused;

        public bool IsAway { get; set; }

        public string? Refusal { get; init; }

        public int Refused => Volatile.Read(ref refused);

        public Task<string?> RefusalAsync(CancellationToken cancellationToken) => Task.FromResult(Refusal);

        public Task WriteAsync(string name, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => There().WriteAsync(name, bytes, cancellationToken);

        public Task<bool> ReadAsync(string name, Stream target, CancellationToken cancellationToken) => There().ReadAsync(name, target, cancellationToken);

        public Task<StoredObject?> FindAsync(string name, CancellationToken cancellationToken) => There().FindAsync(name, cancellationToken);

        public IAsyncEnumerable<StoredObject> ListAsync(string start, CancellationToken cancellationToken) => There().ListAsync(start, cancellationToken);

        public Task DeleteAsync(string name, CancellationToken cancellationToken) => There().DeleteAsync(name, cancellationToken);

        private IObjectStore There()
        {
            if (IsAway)
            {
                Interlocked.Increment(ref refused);
                throw new ObjectStoreException("The picture store cannot be used now (no answer); try again in a moment.");
            }

            return store;
        }
    }
}
