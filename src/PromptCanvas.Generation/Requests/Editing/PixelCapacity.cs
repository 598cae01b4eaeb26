namespace PromptCanvas.Generation.Requests.Editing;

/// <summary>FIFO semaphore counted in pixels.</summary>
internal sealed class PixelCapacity
{
    private readonly long size;
    private readonly Lock gate = new();
    private readonly LinkedList<(long Pixels, TaskCompletionSource<Place> Entered)> waiting = [];
    private long free;

    /// <param name="pixels">The capacity. A larger picture takes all of it.</param>
    public PixelCapacity(long pixels) => size = free = pixels;

    /// <summary>Waits for capacity, in order of arrival.</summary>
    /// <param name="wanted">Number of pixels.</param>
    /// <param name="cancellationToken">Cancels waiting.</param>
    /// <returns>Dispose it to release the pixels.</returns>
    /// <exception cref="OperationCanceledException">Waiting was cancelled.</exception>
    public async Task<IDisposable> EnterAsync(long wanted, CancellationToken cancellationToken)
    {
        var entered = new TaskCompletionSource<Place>(TaskCreationOptions.RunContinuationsAsynchronously);
        var taken = Math.Min(wanted, size);
        LinkedListNode<(long, TaskCompletionSource<Place>)> node;
        lock (gate)
        {
            node = waiting.AddLast((taken, entered));
            LetIn();
        }

        using var stopping = cancellationToken.Register(() => Leave(node, cancellationToken));
        return await entered.Task.ConfigureAwait(false);
    }

    private void Leave(LinkedListNode<(long, TaskCompletionSource<Place> Entered)> node, CancellationToken cancellationToken)
    {
        lock (gate)
        {
            if (node.List is null)
            {
                return; // Already granted; the caller releases it.
            }

            // Only TrySet: this runs as a cancellation callback, which must not throw.
            waiting.Remove(node);
            node.Value.Entered.TrySetCanceled(cancellationToken);
            LetIn();
        }
    }

    private void LetIn()
    {
        while (waiting.First is { Value: var (taken, entered) } && taken <= free)
        {
            waiting.RemoveFirst();
            free -= taken;
            entered.TrySetResult(new Place(this, taken));
        }
    }

    private sealed class Place(PixelCapacity owner, long taken) : IDisposable
    {
        private long held = taken;

        public void Dispose()
        {
            lock (owner.gate)
            {
                owner.free += held;
                held = 0;
                owner.LetIn();
            }
        }
    }
}
