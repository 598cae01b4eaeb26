using PromptCanvas.Generation.Live;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>The lines of several nodes in one process: all other nodes receive a message before Send returns.</summary>
internal sealed class FakeLines
{
    private readonly Lock gate = new();
    private readonly List<(FakeLine Node, string Topic, Action<ReadOnlyMemory<byte>> Heard)> listeners = [];

    /// <summary>When set, messages are lost.</summary>
    public bool IsCut { get; set; }

    /// <summary>Topics of the messages that were sent.</summary>
    public List<string> Sent { get; } = [];

    /// <summary>Whether any node subscribes to a topic.</summary>
    public bool IsHeard(string topic)
    {
        lock (gate)
        {
            return listeners.Exists(listener => listener.Topic == topic);
        }
    }

    public ILiveLine NewNode() => new FakeLine(this);

    private List<(FakeLine Node, string Topic, Action<ReadOnlyMemory<byte>> Heard)> Others(FakeLine node, string topic)
    {
        lock (gate)
        {
            return [.. listeners.Where(listener => listener.Node != node && listener.Topic == topic)];
        }
    }

    private void Change(Action<List<(FakeLine Node, string Topic, Action<ReadOnlyMemory<byte>> Heard)>> change)
    {
        lock (gate)
        {
            change(listeners);
        }
    }

    private sealed class FakeLine(FakeLines lines) : ILiveLine
    {
        public bool IsShared => true;

        public bool IsUp => !lines.IsCut;

        public void Send(string topic, string? place, ReadOnlyMemory<byte> body)
        {
            if (lines.IsCut)
            {
                return;
            }

            lines.Sent.Add(topic);
            foreach (var (_, _, heard) in lines.Others(this, topic))
            {
                heard(body);
            }
        }

        public IDisposable Hear(string topic, Action<ReadOnlyMemory<byte>> heard)
        {
            var entry = (this, topic, heard);
            lines.Change(listeners => listeners.Add(entry));
            return new Hearing(() => lines.Change(listeners => listeners.Remove(entry)));
        }
    }

    private sealed class Hearing(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
