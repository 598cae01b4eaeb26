namespace PromptCanvas.Generation.Storage;

/// <summary>Decoded pictures between the check of a request and its run, so that each is decoded once. The oldest are dropped for new ones.</summary>
/// <param name="mostBytes">Maximum size of all pixels together.</param>
internal sealed class DecodedPictures(long mostBytes)
{
    private readonly Lock keeping = new();
    private readonly LinkedList<Entry> entries = new();
    private long bytes;

    /// <summary>The decoded form of a stored file; null if it is not kept.</summary>
    public T? Find<T>(string hash)
        where T : class
    {
        lock (keeping)
        {
            return entries.FirstOrDefault(entry => entry.Hash == hash && entry.Decoded is T)?.Decoded as T;
        }
    }

    /// <param name="hash">Content hash of the stored file.</param>
    /// <param name="decoded">Immutable: several runs may use it.</param>
    /// <param name="size">Bytes of its pixels.</param>
    public void Keep(string hash, object decoded, long size)
    {
        lock (keeping)
        {
            Remove(entry => entry.Hash == hash && entry.Decoded.GetType() == decoded.GetType());
            while (entries.First is { } oldest && bytes + size > mostBytes)
            {
                bytes -= oldest.Value.Bytes;
                entries.RemoveFirst();
            }

            if (size <= mostBytes)
            {
                entries.AddLast(new Entry(hash, decoded, size));
                bytes += size;
            }
        }
    }

    /// <summary>Drops all forms of some files.</summary>
    public void Drop(IReadOnlyCollection<string> hashes)
    {
        lock (keeping)
        {
            Remove(entry => hashes.Contains(entry.Hash));
        }
    }

    private void Remove(Predicate<Entry> chosen)
    {
        foreach (var entry in entries.Where(entry => chosen(entry)).ToList())
        {
            entries.Remove(entry);
            bytes -= entry.Bytes;
        }
    }

    private sealed record Entry(string Hash, object Decoded, long Bytes);
}
