namespace PromptCanvas.Generation.Instant;

/// <summary>The image embeddings of what people are blending now, so that a moving hand waits for the decoder alone.</summary>
internal sealed class EmbeddingCache
{
    /// <summary>Four corners of a hundred people; at 768 values an embedding takes 3 KB.</summary>
    private const int Capacity = 400;

    private readonly Dictionary<Key, LinkedListNode<(Key Key, float[] Embedding)>> known = [];
    private readonly LinkedList<(Key Key, float[] Embedding)> byUse = [];
    private readonly Lock gate = new();

    /// <summary>Null when it is not known, or not any more.</summary>
    public float[]? Find(Key key)
    {
        lock (gate)
        {
            if (!known.TryGetValue(key, out var node))
            {
                return null;
            }

            byUse.Remove(node);
            byUse.AddFirst(node);
            return node.Value.Embedding;
        }
    }

    public void Keep(Key key, float[] embedding)
    {
        lock (gate)
        {
            if (known.ContainsKey(key))
            {
                return;
            }

            known[key] = byUse.AddFirst((key, embedding));
            if (known.Count > Capacity)
            {
                known.Remove(byUse.Last!.Value.Key);
                byUse.RemoveLast();
            }
        }
    }

    /// <summary>What an embedding is of: a picture by its hash, or a phrase by its words and the seed with which the prior draws.</summary>
    /// <param name="Engine">The engine that made it: another one after a model's files were replaced.</param>
    internal readonly record struct Key(object Engine, string? Hash, string? Text, uint Seed);
}
