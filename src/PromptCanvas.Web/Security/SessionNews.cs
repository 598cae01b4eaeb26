using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Security;

/// <summary>Notifies the other nodes at once when a person's state has changed. A hint: without it they read the state within seconds.</summary>
internal sealed class SessionNews(ILiveLine line, PersonStates states, LiveConnections connections, Supervisor supervisor) : SupervisedService(supervisor)
{
    private const string Topic = "people";
    private const int IdLength = 16;

    /// <param name="ends">Whether the person's open connections are aborted.</param>
    public void Tell(Guid personId, bool ends)
    {
        if (line.IsShared)
        {
            line.Send(Topic, null, (byte[])[.. personId.ToByteArray(), (byte)(ends ? 1 : 0)]);
        }
    }

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var hearing = line.Hear(Topic, Heard);
        Worked();
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
    }

    private void Heard(ReadOnlyMemory<byte> message)
    {
        if (message.Length <= IdLength)
        {
            return;
        }

        var personId = new Guid(message.Span[..IdLength]);
        states.Forget(personId);
        if (message.Span[IdLength] == 1)
        {
            connections.Cut(personId);
        }
    }
}
