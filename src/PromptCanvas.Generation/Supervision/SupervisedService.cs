using Microsoft.Extensions.Hosting;

namespace PromptCanvas.Generation.Supervision;

/// <summary>A background service of the studio. Its exceptions never end the process: the supervisor records them and starts it again.</summary>
public abstract class SupervisedService(Supervisor supervisor) : BackgroundService
{
    /// <summary>The name in logs, metrics and the readiness check.</summary>
    public string Name => GetType().Name;

    protected Supervisor Supervisor => supervisor;

    /// <summary>Runs until the host stops; started again after an exception. Returns when the settings turn the service off.</summary>
    protected abstract Task RunAsync(CancellationToken stoppingToken);

    /// <summary>Call it after each success, which ends a row of failures.</summary>
    protected void Worked() => supervisor.Faults.Worked(Name);

    /// <summary>Records a failure of a loop that keeps its own rhythm.</summary>
    protected void Failed(Exception fault) => supervisor.Faults.Failed(Name, fault);

    /// <summary>Records one failed piece of work of a service that works.</summary>
    /// <param name="fault">Why it failed.</param>
    /// <param name="what">What failed, as a sentence without a full stop.</param>
    protected void Report(Exception fault, string what) => supervisor.Faults.Report(Name, fault, what);

    protected sealed override Task ExecuteAsync(CancellationToken stoppingToken) => supervisor.RunAsync(Name, RunAsync, stoppingToken);
}
