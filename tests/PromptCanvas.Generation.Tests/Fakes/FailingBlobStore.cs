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

    public FileStream? Open(BlobKind kind, string hash) => store.Open(kind, hash);

    public void RemoveTemporaryFiles() => store.RemoveTemporaryFiles();

    public IEnumerable<string> WrittenBefore(DateTimeOffset limit) => store.WrittenBefore(limit);

    public void RemoveIfWrittenBefore(string hash, DateTimeOffset limit) => store.RemoveIfWrittenBefore(hash, limit);
}
