using PromptCanvas.Generation.Live;

namespace PromptCanvas.Web.Security;

/// <summary>Tells the other nodes at once that a person's state changed. A hint: without it they read the state within seconds.</summary>
internal sealed class SessionNews(ILiveLine line, PersonStates states, LiveConnections connections) : IHostedService, IDisposable
{
    private const string Topic = "people";
    private const int IdLength = 16;

    private IDisposable? hearing;

    /// <param name="ends">Whether the person's open connections are aborted.</param>
    public void Tell(Guid personId, bool ends)
    {
        if (line.IsShared)
        {
            line.Send(Topic, null, (byte[])[.. personId.ToByteArray(), (byte)(ends ? 1 : 0)]);
        }
    }

    public Task StartAsync(CancellationToken cancellationToken)
    {
        hearing = line.Hear(Topic, Heard);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => hearing?.Dispose();

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
