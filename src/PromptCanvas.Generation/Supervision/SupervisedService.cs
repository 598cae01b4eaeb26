using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;

namespace PromptCanvas.Generation.Supervision;

/// <summary>A background service of the studio. Its exceptions never end the process: the supervisor records them and restarts it.</summary>
public abstract class SupervisedService(Supervisor supervisor) : BackgroundService
{
    /// <summary>The name in logs, metrics and the readiness check.</summary>
    public string Name => GetType().Name;

    protected Supervisor Supervisor => supervisor;

    /// <summary>Runs until the host stops; restarted after an exception. Returns if the settings turn the service off.</summary>
    protected abstract Task RunAsync(CancellationToken stoppingToken);

    /// <summary>Does the same work now and after each interval, until the host stops.</summary>
    protected async Task EveryAsync(TimeSpan interval, TimeProvider clock, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        using var timer = new PeriodicTimer(interval, clock);
        do
        {
            await work(stoppingToken);
            Worked();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    /// <summary>Does the same work after each interval and keeps this rhythm through failures, which it records. Only the return of a database that was away
    /// shortens an interval.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A loop that keeps its rhythm; the supervisor's growing pauses would break it.")]
    protected async Task SteadilyAsync(TimeSpan interval, TimeProvider clock, Func<CancellationToken, Task> work, CancellationToken stoppingToken)
    {
        ArgumentNullException.ThrowIfNull(work);
        await Task.Delay(interval, clock, stoppingToken);
        while (true)
        {
            try
            {
                await work(stoppingToken);
                Worked();
                await Task.Delay(interval, clock, stoppingToken);
            }
            catch (Exception fault) when (!stoppingToken.IsCancellationRequested)
            {
                Failed(fault);
                await supervisor.RestAsync(interval, clock, fault, stoppingToken);
            }
        }
    }

    /// <summary>Call it after each success; resets the consecutive failures.</summary>
    protected void Worked() => supervisor.Faults.Worked(Name);

    /// <summary>Records a failure of a loop that schedules its own retries.</summary>
    protected void Failed(Exception fault) => supervisor.Faults.Failed(Name, fault);

    /// <summary>Records one failed work item of a service that otherwise works.</summary>
    /// <param name="fault">Why it failed.</param>
    /// <param name="what">The failed work, as a sentence without a full stop.</param>
    protected void Report(Exception fault, string what) => supervisor.Faults.Report(Name, fault, what);

    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) => supervisor.RunAsync(Name, RunAsync, stoppingToken);
}
