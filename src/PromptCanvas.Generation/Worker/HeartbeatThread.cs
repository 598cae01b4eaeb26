using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Runs the heartbeat on a dedicated thread: on a busy machine, pool threads may be delayed by more than a lease. A second thread ends the leases in time
/// while the heartbeat waits for a database that does not answer.</summary>
internal sealed class HeartbeatThread(Heartbeat heartbeat, IOptions<GenerationOptions> options, Supervisor supervisor, ILogger<HeartbeatThread> logger)
    : SupervisedService(supervisor)
{
    private const int BeatsPerLease = 6;
    private const int LooksPerBeat = 2;

    protected override Task RunAsync(CancellationToken stoppingToken)
    {
        var interval = options.Value.Lease / BeatsPerLease;
        return Task.WhenAll(
            OnItsThread("Heartbeat", () => Repeat(Beat, interval, stoppingToken)),
            OnItsThread("Lease deadline", () => Repeat(heartbeat.Watch, interval / LooksPerBeat, stoppingToken)));
    }

    private void Beat(ILogger log)
    {
        heartbeat.Beat(log);
        Worked();
    }

    // LongRunning gives the loop its own thread.
    private static Task OnItsThread(string name, Action loop) => Task.Factory.StartNew(
        () =>
        {
            Thread.CurrentThread.Name = name;
            Thread.CurrentThread.Priority = ThreadPriority.AboveNormal;
            loop();
        },
        CancellationToken.None,
        TaskCreationOptions.LongRunning,
        TaskScheduler.Default);

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The heartbeat keeps its rhythm: longer pauses would lose leases.")]
    private void Repeat(Action<ILogger> turn, TimeSpan interval, CancellationToken stopping)
    {
        Task? back = null;
        while (!Rest(interval, back, stopping))
        {
            try
            {
                turn(logger);
                back = null;
            }
            catch (Exception fault)
            {
                Failed(fault);
                back = Supervisor.ReturnAfter(fault);
            }
        }
    }

    /// <summary>Waits on handles, because a continuation of a task would need a pool thread.</summary>
    /// <param name="back">Ends when a database that was away returns, which ends the wait.</param>
    /// <returns>Whether the host stops.</returns>
    private static bool Rest(TimeSpan interval, Task? back, CancellationToken stopping) => WaitHandle.WaitAny(
        back is IAsyncResult { AsyncWaitHandle: var handle } ? [stopping.WaitHandle, handle] : [stopping.WaitHandle], interval) == 0;
}
