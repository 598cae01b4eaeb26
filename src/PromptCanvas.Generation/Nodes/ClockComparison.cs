using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Nodes;

/// <summary>Compares this machine's clock with that of a database on another machine.</summary>
internal sealed class ClockComparison(IDbContextFactory<AppDbContext> databases, StudioClock clock, ILogger<ClockComparison> logger)
{
    /// <summary>By how much this machine's clock is ahead of the database's.</summary>
    public TimeSpan Ahead => clock.Ahead;

    public async Task CompareAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Database.OpenConnectionAsync(cancellationToken);
        var (asked, here) = (clock.GetTimestamp(), TimeProvider.System.GetUtcNow());
        if (await QueueDialect.Of(database).ClockAsync(database, cancellationToken) is not { } there)
        {
            return;
        }

        // The database read its clock at some time before the answer: one that took longer could make a right clock wrong.
        var took = clock.GetElapsedTime(asked);
        if (took > StudioClock.Tolerance || !clock.Compare(there, here + (took / 2)))
        {
            return;
        }

        if (clock.Ahead == TimeSpan.Zero)
        {
            logger.LogInformation("The clock of this machine agrees with the database's again");
        }
        else
        {
            logger.LogWarning("The clock of this machine is {Difference} {Direction} the database's; this process corrects its times by that", clock.Ahead.Duration(), clock.Ahead > TimeSpan.Zero ? "ahead of" : "behind");
        }
    }
}
