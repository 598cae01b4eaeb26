using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>Backpressure: only a few finished pictures wait in memory for a slow disk.</summary>
public sealed class PendingWritesTests
{
    private const int AtOnce = 4;

    [Fact]
    public async Task Pictures_OnASlowDisk_AreMadeNoFasterThanTheyAreWritten()
    {
        using var folder = new TemporaryFolder();
        SlowBlobStore? disk = null;
        await using var studio = new Studio(folder.Path, change: services => services.AddSingleton<IBlobStore>(
            provider => disk = new SlowBlobStore(provider.GetRequiredService<DataFolder>(), provider.GetRequiredService<TimeProvider>())));
        var unwritten = new List<int>();
        studio.Engine.BeforeImage = (_, index, _) =>
        {
            unwritten.Add(index - disk!.Written);
            return Task.CompletedTask;
        };
        await studio.StartAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid(), count: 10)), JobState.Done);

        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Done, image.State));
        Assert.Equal(AtOnce - 1, unwritten.Max());
    }

    /// <summary>The real store, but the first writes block until the maximum number of writes is pending.</summary>
    private sealed class SlowBlobStore(DataFolder folder, TimeProvider clock) : IBlobStore
    {
        private readonly BlobStore store = new(folder, clock);
        private readonly TaskCompletionSource crowded = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int begun;
        private int written;

        public int Written => Volatile.Read(ref written);

        public async Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
        {
            if (kind != BlobKind.Picture)
            {
                return await store.WriteAsync(kind, bytes, cancellationToken);
            }

            if (Interlocked.Increment(ref begun) == AtOnce)
            {
                crowded.SetResult();
            }

            await crowded.Task.WaitAsync(cancellationToken);
            var hash = await store.WriteAsync(kind, bytes, cancellationToken);
            Interlocked.Increment(ref written);
            return hash;
        }

        public Task<FileStream?> OpenAsync(BlobKind kind, string hash, CancellationToken cancellationToken) => store.OpenAsync(kind, hash, cancellationToken);

        public Task<long> LengthAsync(BlobKind kind, string hash, CancellationToken cancellationToken) => store.LengthAsync(kind, hash, cancellationToken);

        public void RemoveTemporaryFiles() => store.RemoveTemporaryFiles();

        public IAsyncEnumerable<string> WrittenBeforeAsync(DateTimeOffset limit, CancellationToken cancellationToken) => store.WrittenBeforeAsync(limit, cancellationToken);

        public Task RemoveIfWrittenBeforeAsync(string hash, DateTimeOffset limit, CancellationToken cancellationToken) =>
            store.RemoveIfWrittenBeforeAsync(hash, limit, cancellationToken);
    }
}
