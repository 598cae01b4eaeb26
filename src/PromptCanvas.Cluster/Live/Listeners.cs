namespace PromptCanvas.Cluster.Live;

/// <summary>The listeners of this node by topic.</summary>
internal sealed class Listeners
{
    private readonly Lock gate = new();
    private readonly Dictionary<string, List<Action<ReadOnlyMemory<byte>>>> topics = new(StringComparer.Ordinal);

    /// <summary>The topics that have listeners.</summary>
    public IReadOnlyList<string> Topics
    {
        get
        {
            lock (gate)
            {
                return [.. topics.Keys];
            }
        }
    }

    public IReadOnlyList<Action<ReadOnlyMemory<byte>>> Of(string topic)
    {
        lock (gate)
        {
            return topics.TryGetValue(topic, out var listeners) ? [.. listeners] : [];
        }
    }

    /// <param name="changed">Called in order when a topic gets its first listener or loses its last one, with whether it has listeners now.</param>
    /// <returns>Dispose it to stop listening.</returns>
    public IDisposable Add(string topic, Action<ReadOnlyMemory<byte>> heard, Action<bool> changed)
    {
        lock (gate)
        {
            if (!topics.TryGetValue(topic, out var listeners))
            {
                topics[topic] = listeners = [];
                changed(true);
            }

            listeners.Add(heard);
        }

        return new Listener(this, topic, heard, changed);
    }

    private void Remove(string topic, Action<ReadOnlyMemory<byte>> heard, Action<bool> changed)
    {
        lock (gate)
        {
            if (topics.TryGetValue(topic, out var listeners) && listeners.Remove(heard) && listeners.Count == 0)
            {
                topics.Remove(topic);
                changed(false);
            }
        }
    }

    private sealed class Listener(Listeners listeners, string topic, Action<ReadOnlyMemory<byte>> heard, Action<bool> changed) : IDisposable
    {
        private int ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref ended, 1) == 0)
            {
                listeners.Remove(topic, heard, changed);
            }
        }
    }
}
