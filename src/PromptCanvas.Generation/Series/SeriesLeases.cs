using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Series;

/// <summary>Leases of running series: one worker at a time moves a series on.</summary>
internal sealed class SeriesLeases(IDbContextFactory<AppDbContext> databases, StorageFaults faults, TimeProvider clock, ILogger<SeriesLeases> logger)
{
    private const int RenewalsPerLease = 4;

    // A crash delays the series by it.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    /// <summary>The time that leases are measured by.</summary>
    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Takes a series' lease for a step and renews it while the step takes long; does nothing if another worker has it.</summary>
    /// <remarks>A database that is away for a renewal, or at the end, does not fail the step: the renewal is tried again, and an old lease runs out.</remarks>
    public async Task HoldAsync<TSeries>(Guid id, Func<Task> step, CancellationToken cancellationToken)
        where TSeries : JobSeries
    {
        var until = Now + Lease;
        if (!await TakeAsync<TSeries>(id, until, cancellationToken))
        {
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync<TSeries>(id, until, ending.Token);
        try
        {
            await step();
        }
        finally
        {
            await ending.CancelAsync();
            await GiveBackAsync<TSeries>(id, await renewing);
        }
    }

    private async Task<bool> TakeAsync<TSeries>(Guid id, DateTimeOffset until, CancellationToken cancellationToken)
        where TSeries : JobSeries
    {
        var now = Now;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Set<TSeries>()
            .Where(series => series.Id == id && series.State == SeriesState.Running && (series.LeaseUntil == null || series.LeaseUntil <= now))
            .ExecuteUpdateAsync(change => change.SetProperty(series => series.LeaseUntil, until), cancellationToken) > 0;
    }

    /// <returns>When the lease may end: the last time that was written, and times whose writing was not confirmed.</returns>
    private async Task<IReadOnlyList<DateTimeOffset>> RenewAsync<TSeries>(Guid id, DateTimeOffset until, CancellationToken ending)
        where TSeries : JobSeries
    {
        List<DateTimeOffset> ends = [until];
        while (true)
        {
            await Task.Delay(Lease / RenewalsPerLease, clock, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
            {
                return ends;
            }

            var later = Now + Lease;
            try
            {
                if (!await ChangeAsync<TSeries>(id, ends, later))
                {
                    // The series is over, or another worker has it.
                    return ends;
                }

                ends = [later];
            }
            catch (Exception fault) when (faults.Describe(fault) is { } reason)
            {
                logger.LogWarning("The lease of series {SeriesId} could not be renewed: {Reason}", id, reason);
                ends.Add(later);
            }
        }
    }

    private async Task GiveBackAsync<TSeries>(Guid id, IReadOnlyList<DateTimeOffset> ends)
        where TSeries : JobSeries
    {
        try
        {
            await ChangeAsync<TSeries>(id, ends, null);
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogWarning("The lease of series {SeriesId} could not be given back, so it runs out: {Reason}", id, reason);
        }
    }

    private async Task<bool> ChangeAsync<TSeries>(Guid id, IReadOnlyList<DateTimeOffset> ends, DateTimeOffset? later)
        where TSeries : JobSeries
    {
        await using var database = await databases.CreateDbContextAsync(CancellationToken.None);
        foreach (var end in ends)
        {
            if (await database.Set<TSeries>().Where(series => series.Id == id && series.LeaseUntil == end)
                .ExecuteUpdateAsync(change => change.SetProperty(series => series.LeaseUntil, later), CancellationToken.None) > 0)
            {
                return true;
            }
        }

        return false;
    }
}
