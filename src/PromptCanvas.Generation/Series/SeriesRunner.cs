using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Series;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Generation.Series;

/// <summary>Moves series on, a few pictures at a time. All that is done is in the database: after a crash, any worker goes on.</summary>
internal abstract class SeriesRunner<TSeries>(IDbContextFactory<AppDbContext> databases, SeriesLeases leases)
    where TSeries : JobSeries
{
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
                await leases.HoldAsync<TSeries>(id, () => LeasedStepAsync(id, cancellationToken), cancellationToken);
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

    private async Task LeasedStepAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await Databases.CreateDbContextAsync(cancellationToken);
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
        var (now, note) = (leases.Now, NoteOf(message));
        await database.Set<TSeries>().Where(series => series.Id == id && series.State == SeriesState.Running).ExecuteUpdateAsync(
            change => change.SetProperty(series => series.State, state).SetProperty(series => series.EndedAt, (DateTimeOffset?)now).SetProperty(series => series.Note, note), cancellationToken);
    }

    private static string? NoteOf(string? message) => message is null ? null : TextRules.Cut(message, JobSeries.LongestNote);
}
