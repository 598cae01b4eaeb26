namespace PromptCanvas.Diffusion.Networks;

/// <summary>Blocks of floats that were used and may be used again. Safe for several threads.</summary>
/// <remarks>
/// A block of a large picture is fresh memory each time: the system clears its pages, and enough of them make the collector
/// run. Pooled blocks are held by weak references, so an idle pool holds no memory after a garbage collection.
/// </remarks>
public sealed class BlockPool
{
    private readonly Lock gate = new();
    private readonly Dictionary<int, Stack<WeakReference<float[]>>> free = [];

    /// <summary>A block with undefined contents.</summary>
    /// <param name="length">Its exact length, 0 or more.</param>
    public float[] Rent(int length)
    {
        lock (gate)
        {
            while (free.TryGetValue(length, out var blocks) && blocks.TryPop(out var reference))
            {
                if (reference.TryGetTarget(out var block))
                {
                    return block;
                }
            }
        }

        return GC.AllocateUninitializedArray<float>(length);
    }

    /// <summary>Returns a block that is no longer read or written.</summary>
    /// <param name="block">From <see cref="Rent"/>, once for each time it was rented.</param>
    public void Return(float[] block)
    {
        ArgumentNullException.ThrowIfNull(block);
        lock (gate)
        {
            if (!free.TryGetValue(block.Length, out var blocks))
            {
                free.Add(block.Length, blocks = new Stack<WeakReference<float[]>>());
            }

            blocks.Push(new WeakReference<float[]>(block));
        }
    }
}
