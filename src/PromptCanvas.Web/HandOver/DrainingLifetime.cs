using System.Runtime.InteropServices;

namespace PromptCanvas.Web.HandOver;

/// <summary>Reads the signals of a web node with others next to it: SIGTERM hands the open pages over first; a second one, SIGINT and SIGQUIT stop at once.</summary>
internal sealed class DrainingLifetime(IHostApplicationLifetime lifetime, Drain drain) : IHostLifetime, IDisposable
{
    private readonly List<PosixSignalRegistration> signals = [];

    public Task WaitForStartAsync(CancellationToken cancellationToken)
    {
        foreach (var signal in (PosixSignal[])[PosixSignal.SIGTERM, PosixSignal.SIGINT, PosixSignal.SIGQUIT])
        {
            signals.Add(PosixSignalRegistration.Create(signal, Received));
        }

        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => signals.ForEach(signal => signal.Dispose());

    private void Received(PosixSignalContext context)
    {
        context.Cancel = true;
        if (context.Signal == PosixSignal.SIGTERM && !drain.IsOn)
        {
            drain.Begin();
        }
        else
        {
            lifetime.StopApplication();
        }
    }
}
