using System.Diagnostics;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Worker;

/// <summary>Kills the process if its engine hangs, because blocked native code cannot be stopped otherwise. The next start requeues its jobs.</summary>
internal sealed class Watchdog(
    EngineProgress progress, ProcessEnd process, IOptions<GenerationOptions> options, TimeProvider clock, Supervisor supervisor) : SupervisedService(supervisor)
{
    private const int LooksPerLimit = 10;

    // From the fault catalogue: no step for ten times the usual step time.
    private const int TimesUsual = 10;

    /// <summary>Limit of engine silence. It scales with the step time: on a slow machine, a step of a large model takes minutes.</summary>
    /// <param name="usual">Usual time between two steps.</param>
    /// <param name="floor"><see cref="GenerationOptions.HangLimit"/>.</param>
    public static TimeSpan LimitOf(TimeSpan usual, TimeSpan floor) => usual * TimesUsual > floor ? usual * TimesUsual : floor;

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        var floor = options.Value.HangLimit;
        if (floor == TimeSpan.Zero)
        {
            return;
        }

        using var timer = new PeriodicTimer(floor / LooksPerLimit, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var limit = LimitOf(progress.Usual, floor);
            if (progress.Silence > limit)
            {
                Report(new TimeoutException($"The engine made no progress for {limit}."), "This process is killed, and the next start resumes its jobs");
                process.Kill();
                return;
            }

            Worked();
        }
    }
}

/// <summary>Kills the current process. Tests override it.</summary>
internal class ProcessEnd
{
    public virtual void Kill()
    {
        using var process = Process.GetCurrentProcess();
        process.Kill();
    }
}
