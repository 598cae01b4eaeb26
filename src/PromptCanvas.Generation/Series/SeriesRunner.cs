using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Series;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Generation.Series;

/// <summary>Moves series on, a few pictures at a time. All that is done is in the database: after a crash, any worker goes on.</summary>
internal abstract class SeriesRunner<TSeries>(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
    where TSeries : JobSeries
{
    // A crash delays the series by it.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);
    private const int RenewalsPerLease = 4;

    protected IDbContextFactory<AppDbContext> Databases { get; } = databases;

    /// <summary>Why a series ends whose owner may no longer have it: one sentence.</summary>
    protected abstract string OwnerGone { get; }

    /// <summary>Moves each running series on by one step. One that fails does not hold the others back.</summary>
    /// <exception cref="Exception">The first failure, after all have had their turn.</exception>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Thrown again after the turns of the others.")]
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        List<Guid> running;
        await using (var database = await Databases.CreateDbContextAsync(cancellationToken))
        {
            running = await database.Set<TSeries>().Where(series => series.State == SeriesState.Running).OrderBy(series => series.CreatedAt).Select(series => series.Id).ToListAsync(cancellationToken);
        }

        ExceptionDispatchInfo? first = null;
        foreach (var id in running)
        {
            try
            {
                await StepAsync(id, cancellationToken);
            }
            catch (Exception fault) when (!cancellationToken.IsCancellationRequested)
            {
                first ??= ExceptionDispatchInfo.Capture(fault);
            }
        }

        first?.Throw();
    }

    protected abstract bool MayOwn(Actor person);

    protected abstract Task<SeriesStep> MoveOnAsync(TSeries series, Actor owner, CancellationToken cancellationToken);

    /// <summary>Called after a series has failed.</summary>
    protected virtual Task FailedAsync(TSeries series, CancellationToken cancellationToken) => Task.CompletedTask;

    private async Task StepAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await Databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var until = now + Lease;
        var leased = await database.Set<TSeries>()
            .Where(series => series.Id == id && series.State == SeriesState.Running && (series.LeaseUntil == null || series.LeaseUntil <= now))
            .ExecuteUpdateAsync(change => change.SetProperty(series => series.LeaseUntil, until), cancellationToken);
        if (leased == 0)
        {
            return;
        }

        using var ending = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var renewing = RenewAsync(id, until, ending.Token);
        try
        {
            await LeasedStepAsync(database, id, cancellationToken);
        }
        finally
        {
            await ending.CancelAsync();
            until = await renewing;
            await database.Set<TSeries>().Where(series => series.Id == id && series.LeaseUntil == until)
                .ExecuteUpdateAsync(change => change.SetProperty(series => series.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None);
        }
    }

    /// <summary>Keeps a lease while a step takes long.</summary>
    /// <returns>Until when it is held.</returns>
    private async Task<DateTimeOffset> RenewAsync(Guid id, DateTimeOffset until, CancellationToken ending)
    {
        while (true)
        {
            await Task.Delay(Lease / RenewalsPerLease, clock, ending).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (ending.IsCancellationRequested)
            {
                return until;
            }

            var (held, later) = (until, clock.GetUtcNow() + Lease);
            await using var database = await Databases.CreateDbContextAsync(CancellationToken.None);
            if (await database.Set<TSeries>().Where(series => series.Id == id && series.LeaseUntil == held)
                .ExecuteUpdateAsync(change => change.SetProperty(series => series.LeaseUntil, later), CancellationToken.None) == 0)
            {
                // The series is over, or another worker has it.
                return until;
            }

            until = later;
        }
    }

    private async Task LeasedStepAsync(AppDbContext database, Guid id, CancellationToken cancellationToken)
    {
        var series = await database.Set<TSeries>().AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken);
        if (await OwnerAsync(database, series, cancellationToken) is not { } owner)
        {
            await EndAsync(database, id, SeriesState.Failed, OwnerGone, cancellationToken);
            await FailedAsync(series, cancellationToken);
            return;
        }

        var step = await MoveOnAsync(series, owner, cancellationToken);
        if (step.Refusal is { } refusal && !step.Waits)
        {
            await EndAsync(database, id, SeriesState.Failed, refusal.Message, cancellationToken);
            await FailedAsync(series, cancellationToken);
        }
        else if (step.IsComplete)
        {
            await EndAsync(database, id, SeriesState.Done, null, cancellationToken);
        }
        else if (NoteOf(step.Refusal?.Message) is var note && note != series.Note)
        {
            await database.Set<TSeries>().Where(row => row.Id == id).ExecuteUpdateAsync(change => change.SetProperty(row => row.Note, note), cancellationToken);
        }
    }

    private async Task<Actor?> OwnerAsync(AppDbContext database, TSeries series, CancellationToken cancellationToken)
    {
        var role = await database.People.Where(person => person.Id == series.PersonId && person.SuspendedAt == null).Select(person => person.Role).SingleOrDefaultAsync(cancellationToken);
        return role is not null && new Actor(series.PersonId!.Value, role) is var owner && MayOwn(owner) ? owner : null;
    }

    private async Task EndAsync(AppDbContext database, Guid id, SeriesState state, string? message, CancellationToken cancellationToken)
    {
        var (now, note) = (clock.GetUtcNow(), NoteOf(message));
        await database.Set<TSeries>().Where(series => series.Id == id && series.State == SeriesState.Running).ExecuteUpdateAsync(
            change => change.SetProperty(series => series.State, state).SetProperty(series => series.EndedAt, (DateTimeOffset?)now).SetProperty(series => series.Note, note), cancellationToken);
    }

    private static string? NoteOf(string? message) => message is null ? null : TextRules.Cut(message, JobSeries.LongestNote);
}
