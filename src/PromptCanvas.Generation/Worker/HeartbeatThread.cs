using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Runs the heartbeat on a dedicated thread: on a busy machine, pool threads may be delayed by more than a lease.</summary>
internal sealed class HeartbeatThread(Heartbeat heartbeat, IOptions<GenerationOptions> options, Supervisor supervisor, ILogger<HeartbeatThread> logger)
    : SupervisedService(supervisor)
{
    private const int BeatsPerLease = 6;

    protected override Task RunAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.Lease / BeatsPerLease;

        // LongRunning gives the loop its own thread.
        return Task.Factory.StartNew(() => Beat(interval, stoppingToken), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The heartbeat keeps its rhythm: longer pauses would lose leases.")]
    private void Beat(TimeSpan interval, CancellationToken stopping)
    {
        Thread.CurrentThread.Name = "Heartbeat";
        Thread.CurrentThread.Priority = ThreadPriority.AboveNormal;
        while (!stopping.WaitHandle.WaitOne(interval))
        {
            try
            {
                heartbeat.Beat(logger);
                Worked();
            }
            catch (Exception fault)
            {
                Failed(fault);
            }
        }
    }
}
