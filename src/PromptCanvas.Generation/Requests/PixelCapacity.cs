namespace PromptCanvas.Generation.Requests;

/// <summary>Room for so many pixels at once. Who does not fit waits, and nobody who came later goes in before.</summary>
internal sealed class PixelCapacity
{
    private readonly long size;
    private readonly Lock gate = new();
    private readonly LinkedList<(long Pixels, TaskCompletionSource<Place> Entered)> waiting = [];
    private long free;

    /// <param name="pixels">The room; a picture larger than it has it to itself.</param>
    public PixelCapacity(long pixels) => size = free = pixels;

    /// <summary>Waits for room.</summary>
    /// <param name="wanted">How many pixels.</param>
    /// <param name="cancellationToken">Stops waiting.</param>
    /// <returns>The room is given back when this is disposed.</returns>
    /// <exception cref="OperationCanceledException">It was stopped.</exception>
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
                return; // In already: whoever entered gives the room back.
            }

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
            entered.SetResult(new Place(this, taken));
        }
    }

    private sealed class Place(PixelCapacity room, long taken) : IDisposable
    {
        private long held = taken;

        public void Dispose()
        {
            lock (room.gate)
            {
                room.free += held;
                held = 0;
                room.LetIn();
            }
        }
    }
}
