using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>Runs the heartbeat on a dedicated thread: on a busy machine, pool threads may be delayed by more than a lease.</summary>
internal sealed class HeartbeatThread(Heartbeat heartbeat, IOptions<GenerationOptions> options, ILogger<HeartbeatThread> logger) : IHostedService, IDisposable
{
    private const int BeatsPerLease = 6;

    private readonly ManualResetEventSlim stopping = new();
    private Thread? thread;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        thread = new Thread(Run) { Name = "Heartbeat", IsBackground = true, Priority = ThreadPriority.AboveNormal };
        thread.Start();
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        stopping.Set();
        return Task.CompletedTask;
    }

    public void Dispose()
    {
        stopping.Set();
        thread?.Join();
        stopping.Dispose();
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The heartbeat must continue.")]
    private void Run()
    {
        while (!stopping.Wait(options.Value.Lease / BeatsPerLease))
        {
            try
            {
                heartbeat.Beat(logger);
            }
            catch (Exception fault)
            {
                logger.LogError(fault, "A heartbeat failed");
            }
        }
    }
}
