namespace PromptCanvas.Generation.Instant;

/// <summary>Caches the image embeddings of recent blend inputs, so that changing the weights runs only the decoder.</summary>
internal sealed class EmbeddingCache
{
    /// <summary>Four inputs for a hundred people; at 768 values, an embedding takes 3 KB.</summary>
    private const int Capacity = 400;

    private readonly Dictionary<Key, LinkedListNode<(Key Key, float[] Embedding)>> known = [];
    private readonly LinkedList<(Key Key, float[] Embedding)> byUse = [];
    private readonly Lock gate = new();

    /// <summary>Null if the embedding is not cached.</summary>
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

    /// <summary>Identifies an input: a picture by its hash, or a phrase by its text and the prior's seed.</summary>
    /// <param name="Engine">The engine that computed the embedding; a new instance after a model's files are replaced.</param>
    internal readonly record struct Key(object Engine, string? Hash, string? Text, uint Seed);
}
