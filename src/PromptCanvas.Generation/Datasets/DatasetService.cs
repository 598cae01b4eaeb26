using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.Series;
using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Datasets;

/// <inheritdoc/>
internal sealed class DatasetService(IDbContextFactory<AppDbContext> databases, DatasetOrders orders, SeriesActs acts, DatasetLeftovers leftovers) : IDatasets
{
    public async Task<Result<DatasetQuote>> QuoteAsync(Actor actor, DatasetOrder order, CancellationToken cancellationToken) =>
        (await orders.CheckAsync(actor, order, cancellationToken)).TryGet(out var valid, out var refusal) ? valid.Quote : refusal;

    public async Task<Result<Guid>> StartAsync(Actor actor, DatasetOrder order, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(order);
        if (!(await orders.CheckAsync(actor, order, cancellationToken)).TryGet(out var valid, out var refusal))
        {
            return refusal;
        }

        if ((await orders.CheckCreditsAsync(actor, valid.Plan, cancellationToken)).Refusal is { } exceeded)
        {
            return exceeded;
        }

        var dataset = new Dataset
        {
            Id = Guid.NewGuid(),
            PersonId = actor.PersonId,
            Name = TextRules.Normalize(order.Name).Trim(),
            State = SeriesState.Running,
            Plan = JsonSerializer.Serialize(valid.Plan, JobJson.Options),
            Pictures = valid.Plan.Count,
            CreatedAt = acts.Now,
        };
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await acts.StartAsync(database, actor, dataset, ("dataset.start", $"{valid.Plan.Count} pictures, {valid.Plan.Model}"), cancellationToken);
        return dataset.Id;
    }

    public async Task<IReadOnlyList<DatasetView>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Views(database, OwnOf(database, actor).OrderByDescending(dataset => dataset.CreatedAt)).ToArrayAsync(cancellationToken);
    }

    public async Task<Result<DatasetDetail>> FindAsync(Actor actor, Guid datasetId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var own = OwnOf(database, actor).Where(dataset => dataset.Id == datasetId);
        return await own.Select(dataset => dataset.Plan).SingleOrDefaultAsync(cancellationToken) is { } text && JobJson.Read<DatasetPlan>(text) is { } plan
            ? new DatasetDetail(await Views(database, own).SingleAsync(cancellationToken), plan)
            : Missing(datasetId);
    }

    public async Task<Result> CancelAsync(Actor actor, Guid datasetId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await OwnOf(database, actor).SingleOrDefaultAsync(row => row.Id == datasetId, cancellationToken) is not { } dataset)
        {
            return Missing(datasetId);
        }

        if (dataset.State != SeriesState.Running)
        {
            return new WrongState("This data set is over; there is nothing to stop.");
        }

        await acts.CancelAsync(database, actor, dataset, "dataset.cancel", reason: null, cancellationToken);
        await leftovers.DiscardAsync(dataset, CancellationToken.None);
        return Result.Done;
    }

    public async Task<Result> DeleteAsync(Actor actor, Guid datasetId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await OwnOf(database, actor).SingleOrDefaultAsync(row => row.Id == datasetId, cancellationToken) is not { } dataset)
        {
            return Missing(datasetId);
        }

        if (dataset.State == SeriesState.Running)
        {
            return new WrongState("This data set is still being made; stop it first.");
        }

        await acts.DeleteAsync(database, actor, dataset, "dataset.delete", cancellationToken);
        return Result.Done;
    }

    /// <summary>The refusal for a data set that does not exist, or is another person's.</summary>
    public static NotFound Missing(Guid datasetId) => new($"There is no data set with the id {datasetId}.");

    private static IQueryable<Dataset> OwnOf(AppDbContext database, Actor actor) => database.Datasets.Where(dataset => dataset.PersonId == actor.PersonId);

    private static IQueryable<DatasetView> Views(AppDbContext database, IQueryable<Dataset> datasets) => datasets.Select(dataset => new DatasetView(
        dataset.Id,
        dataset.Name,
        dataset.State,
        dataset.Pictures,
        database.DatasetDraws.Count(draw => draw.DatasetId == dataset.Id && draw.Refusal == null),
        dataset.State == SeriesState.Done ? dataset.Pictures - database.DatasetDraws.Count(draw => draw.DatasetId == dataset.Id && draw.Refusal == null) : 0,
        database.DatasetDraws.Count(draw => draw.DatasetId == dataset.Id),
        dataset.Note,
        dataset.CreatedAt,
        dataset.EndedAt));
}
