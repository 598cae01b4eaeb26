using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>The real store, except that the first write of one kind fails with a full disk.</summary>
internal sealed class FailingBlobStore(DataFolder folder, TimeProvider clock, BlobKind failing) : IBlobStore
{
    private readonly BlobStore store = new(folder, clock);
    private int failures = 1;

    public Task<string> WriteAsync(BlobKind kind, ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) =>
        kind == failing && Interlocked.Decrement(ref failures) >= 0
            ? throw new IOException("No space left on device")
            : store.WriteAsync(kind, bytes, cancellationToken);

    public Task<FileStream?> OpenAsync(BlobKind kind, string hash, CancellationToken cancellationToken) => store.OpenAsync(kind, hash, cancellationToken);

    public Task<long> LengthAsync(BlobKind kind, string hash, CancellationToken cancellationToken) => store.LengthAsync(kind, hash, cancellationToken);

    public void RemoveTemporaryFiles() => store.RemoveTemporaryFiles();

    public IAsyncEnumerable<string> WrittenBeforeAsync(DateTimeOffset limit, CancellationToken cancellationToken) => store.WrittenBeforeAsync(limit, cancellationToken);

    public Task RemoveIfWrittenBeforeAsync(string hash, DateTimeOffset limit, CancellationToken cancellationToken) =>
        store.RemoveIfWrittenBeforeAsync(hash, limit, cancellationToken);
}
