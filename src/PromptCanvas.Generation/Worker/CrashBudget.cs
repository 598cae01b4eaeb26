using System.Globalization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Pauses the queue after repeated crashes with jobs on the engine, so that the pages stay available.</summary>
internal sealed class CrashBudget(Transactions transactions, IOptions<GenerationOptions> options, TimeProvider clock, ILogger<CrashBudget> logger)
{
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);

    /// <summary>Records one crash; called at the next start.</summary>
    public async Task CountAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var paused = await transactions.RunAsync(
            async database =>
            {
                var state = await database.QueueStates.FindAsync([QueueState.OnlyId], cancellationToken)
                    ?? database.QueueStates.Add(new QueueState()).Entity;
                var recent = state.Crashes.Split(' ', StringSplitOptions.RemoveEmptyEntries)
                    .Select(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))
                    .Where(ticks => ticks > (now - Window).UtcTicks)
                    .Append(now.UtcTicks)
                    .ToList();
                var tooMany = options.Value.CrashBudget > 0 && recent.Count >= options.Value.CrashBudget && state.PausedAt is null;
                if (tooMany)
                {
                    state.PausedAt = now;
                    state.PauseReason = $"The studio stopped {recent.Count} times within {Window.TotalMinutes:0} minutes while it made pictures; an administrator looks into it.";
                    recent.Clear();
                }

                state.Crashes = string.Join(' ', recent);
                await database.SaveChangesAsync(cancellationToken);
                return (tooMany, true);
            },
            cancellationToken);
        if (paused)
        {
            logger.LogCritical("The studio crashed {Count} times within {Window} with jobs on the engine: the queue is paused until an administrator resumes it", options.Value.CrashBudget, Window);
        }
    }
}
