namespace PromptCanvas.Generation.Live;

/// <summary>The implementation without a shared store: every process counts alone.</summary>
public sealed class NoSharedBuckets : ISharedBuckets
{
    public bool IsShared => false;

    public bool IsUp => false;

    public ValueTask<SharedToken?> TakeAsync(SharedBucket bucket, CancellationToken cancellationToken) => ValueTask.FromResult<SharedToken?>(null);
}
