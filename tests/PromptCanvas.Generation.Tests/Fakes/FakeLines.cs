using PromptCanvas.Generation.Live;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>The lines of several nodes in one process: a message is heard by all other nodes before Send returns.</summary>
internal sealed class FakeLines
{
    private readonly List<(FakeLine Node, string Topic, Action<ReadOnlyMemory<byte>> Heard)> listeners = [];

    /// <summary>When set, messages are lost.</summary>
    public bool IsCut { get; set; }

    /// <summary>Topics of the messages that were sent.</summary>
    public List<string> Sent { get; } = [];

    public ILiveLine NewNode() => new FakeLine(this);

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
            foreach (var (_, _, heard) in lines.listeners.Where(listener => listener.Node != this && listener.Topic == topic).ToList())
            {
                heard(body);
            }
        }

        public IDisposable Hear(string topic, Action<ReadOnlyMemory<byte>> heard)
        {
            var entry = (this, topic, heard);
            lines.listeners.Add(entry);
            return new Hearing(() => lines.listeners.Remove(entry));
        }
    }

    private sealed class Hearing(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
