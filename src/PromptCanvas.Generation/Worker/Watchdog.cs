using System.Diagnostics;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Worker;

/// <summary>Ends a process whose engine hangs: native code that does not return cannot be stopped in any other way. The next start requeues its jobs.</summary>
internal sealed class Watchdog(
    EngineProgress progress, ProcessEnd process, IOptions<GenerationOptions> options, TimeProvider clock, ILogger<Watchdog> logger) : BackgroundService
{
    private const int LooksPerLimit = 10;

    // The fault catalogue's: no step for ten times as long as one takes.
    private const int TimesUsual = 10;

    /// <summary>How long an engine may be silent: on a slow machine, with a large model, a step takes minutes.</summary>
    /// <param name="usual">How long it is silent between two steps.</param>
    /// <param name="floor"><see cref="GenerationOptions.HangLimit"/>.</param>
    public static TimeSpan LimitOf(TimeSpan usual, TimeSpan floor) => usual * TimesUsual > floor ? usual * TimesUsual : floor;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var floor = options.Value.HangLimit;
        if (floor == TimeSpan.Zero)
        {
            return;
        }

        try
        {
            using var timer = new PeriodicTimer(floor / LooksPerLimit, clock);
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                var limit = LimitOf(progress.Usual, floor);
                if (progress.Silence > limit)
                {
                    logger.LogCritical("The engine did nothing for {Limit}: this process is ended, and the next start goes on with its jobs", limit);
                    process.Kill();
                    return;
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            logger.LogDebug("The watch for hangs stops");
        }
    }
}

/// <summary>The end of this process, now.</summary>
internal class ProcessEnd
{
    public virtual void Kill()
    {
        using var process = Process.GetCurrentProcess();
        process.Kill();
    }
}
