using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Tests.Storage;

public sealed class StoredPicturesTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Decode_OfMany_TwoAreAtItAtOnce()
    {
        var pictures = new StoredPictures(new NoBlobs());
        using var both = new Barrier(2);
        var (now, most) = (0, 0);

        // Each decode waits at the barrier for a second one; a third concurrent decode would be counted.
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => pictures.DecodeAsync(
            Guid.NewGuid(),
            () =>
            {
                InterlockedMax(ref most, Interlocked.Increment(ref now));
                Assert.True(both.SignalAndWait(TimeSpan.FromSeconds(60), Cancellation));
                Interlocked.Decrement(ref now);
                return 0;
            },
            Cancellation)));

        Assert.Equal(2, most);
    }

    private static void InterlockedMax(ref int most, int value)
    {
        for (var seen = Volatile.Read(ref most); value > seen; seen = Volatile.Read(ref most))
        {
            Interlocked.CompareExchange(ref most, value, seen);
        }
    }

    private sealed class NoBlobs : IBlobStore
    {
        public Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => throw new NotSupportedException();

        public Task<FileStream?> OpenAsync(BlobKind kind, string hash, CancellationToken cancellationToken) => Task.FromResult<FileStream?>(null);

        public Task<long> LengthAsync(BlobKind kind, string hash, CancellationToken cancellationToken) => Task.FromResult(0L);

        public void RemoveTemporaryFiles()
        {
        }

        public IAsyncEnumerable<string> WrittenBeforeAsync(DateTimeOffset limit, CancellationToken cancellationToken) => AsyncEnumerable.Empty<string>();

        public Task RemoveIfWrittenBeforeAsync(string hash, DateTimeOffset limit, CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
