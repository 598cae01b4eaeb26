using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Library;

namespace PromptCanvas.Generation.Series;

/// <summary>Starts, stops and deletes series, and writes it to the audit log.</summary>
internal sealed class SeriesActs(SeriesJobs jobs, ActLog log, TimeProvider clock)
{
    public DateTimeOffset Now => clock.GetUtcNow();

    public async Task StartAsync(AppDbContext database, Actor actor, JobSeries series, (string Action, string Detail) entry, CancellationToken cancellationToken)
    {
        database.Add(series);
        await log.AddAsync(database, actor, entry.Action, series.Name, entry.Detail, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <param name="database">Where the series is tracked.</param>
    /// <param name="actor">Its owner, or an administrator with a reason.</param>
    /// <param name="series">A running series.</param>
    /// <param name="action">The name of the act in the log.</param>
    /// <param name="reason">One sentence for the owner; null = the owner did it.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task CancelAsync(AppDbContext database, Actor actor, JobSeries series, string action, string? reason, CancellationToken cancellationToken)
    {
        // Before the state: after a kill in between it still runs and can be stopped. And after it: a worker may have queued more.
        await jobs.CancelAsync(actor, series, reason, cancellationToken);
        (series.State, series.EndedAt, series.Note) = (SeriesState.Cancelled, Now, null);
        await log.AddAsync(database, actor, action, series.Name, null, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await jobs.CancelAsync(actor, series, reason, CancellationToken.None);
    }

    /// <param name="database">Where the series is tracked.</param>
    /// <param name="actor">Who may delete it.</param>
    /// <param name="series">A series that is over.</param>
    /// <param name="action">The name of the act in the log.</param>
    /// <param name="cancellationToken">Stops the work.</param>
    public async Task DeleteAsync(AppDbContext database, Actor actor, JobSeries series, string action, CancellationToken cancellationToken)
    {
        database.Remove(series);
        await log.AddAsync(database, actor, action, series.Name, null, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
    }
}
