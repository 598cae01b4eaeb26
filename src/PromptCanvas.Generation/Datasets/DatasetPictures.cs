using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Series;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Has a data set's pictures made, block by block as the command does: all of a block, then judged in their order, the refused ones drawn again.</summary>
internal sealed class DatasetPictures(IDbContextFactory<AppDbContext> databases, SeriesJobs seriesJobs, DatasetPainting painting, DatasetJudge judge)
{
    // A few are drawn while others wait; more would only crowd the person's queue.
    private const int OpenJobs = 4;

    public async Task<SeriesStep> MoveOnAsync(Dataset dataset, DatasetPlan plan, DatasetPrompts prompts, Actor owner, CancellationToken cancellationToken)
    {
        var (open, attempt) = await NextAsync(dataset, plan, cancellationToken);
        if (open.Count == 0)
        {
            return new SeriesStep(IsComplete: true);
        }

        var draws = await ProgressAsync(dataset, plan, owner, open, attempt, cancellationToken);
        if (draws.TrueForAll(draw => draw.IsOver))
        {
            var made = draws.ConvertAll(draw => draw.ToMade(attempt));
            return await judge.JudgeAsync(dataset, plan, prompts, made, cancellationToken) is { Refusal: { } blind } ? SeriesStep.Failed(blind) : new SeriesStep(IsComplete: false);
        }

        // Bases that are there are painted into before more are drawn.
        var places = OpenJobs - draws.Count(draw => draw.IsOpen);
        foreach (var draw in draws.Where(draw => draw.IsReady).OrderBy(draw => draw.PaintsInto is null).ThenBy(draw => draw.Index).Take(places))
        {
            var job = ToJob(dataset.KeyPrefix, owner, plan, prompts, draw.Index, attempt);
            var step = draw.PaintsInto is { } source
                ? await painting.SubmitAsync(dataset, ToEdit(job, dataset.KeyPrefix, prompts, draw.Index, attempt), source, (prompts, draw.Index), owner, cancellationToken)
                : await SubmitAsync(dataset, job, owner, cancellationToken);
            if (step is not null)
            {
                return step;
            }
        }

        return new SeriesStep(IsComplete: false);
    }

    /// <summary>The first job of a draw: the picture itself, or its base.</summary>
    public static NewJob ToJob(string keyPrefix, Actor owner, DatasetPlan plan, DatasetPrompts prompts, int index, int attempt) => new()
    {
        IdempotencyKey = plan.Edit is null ? KeyOf(keyPrefix, index, attempt) : BaseKeyOf(keyPrefix, index, attempt),
        PersonId = owner.PersonId,
        Role = owner.Role,
        Background = true,
        Prompt = prompts.BaseOf(index) ?? prompts.PromptOf(index),
        Count = 1,
        Size = plan.Size,
        Seed = plan.SeedOf(index, attempt),
        Model = plan.Model,
        Visibility = Visibilities.Private,
        Tag = SeriesTags.Dataset,
    };

    private static NewJob ToEdit(NewJob job, string keyPrefix, DatasetPrompts prompts, int index, int attempt) =>
        job with { IdempotencyKey = KeyOf(keyPrefix, index, attempt), Prompt = prompts.PromptOf(index) };

    private static string KeyOf(string keyPrefix, int index, int attempt) => FormattableString.Invariant($"{keyPrefix}{index}-{attempt}");

    /// <summary>The idempotency key of a draw's base.</summary>
    public static string BaseKeyOf(string keyPrefix, int index, int attempt) => $"{KeyOf(keyPrefix, index, attempt)}-base";

    private async Task<SeriesStep?> SubmitAsync(Dataset dataset, NewJob job, Actor owner, CancellationToken cancellationToken) =>
        (await seriesJobs.SubmitAsync(dataset, job, owner, cancellationToken)).Refusal is { } refusal ? SeriesStep.NotAccepted(refusal) : null;

    private async Task<List<DrawProgress>> ProgressAsync(Dataset dataset, DatasetPlan plan, Actor owner, List<int> open, int attempt, CancellationToken cancellationToken)
    {
        var keys = open.ConvertAll(index => KeyOf(dataset.KeyPrefix, index, attempt));
        var baseKeys = open.ConvertAll(index => plan.Edit is null ? null : BaseKeyOf(dataset.KeyPrefix, index, attempt));
        var jobs = await seriesJobs.FindAsync(owner.PersonId, [.. keys, .. baseKeys.OfType<string>()], cancellationToken);
        var bases = baseKeys.ConvertAll(key => key is null ? null : jobs.GetValueOrDefault(key));
        var usable = await painting.UsableAsync(owner, [.. bases.OfType<Job>().SelectMany(job => job.Images).Select(picture => picture.ImageId).OfType<Guid>()], cancellationToken);
        return [.. open.Select((index, place) => new DrawProgress(
            index,
            plan.Edit is not null,
            bases[place],
            jobs.GetValueOrDefault(keys[place]),
            bases[place]?.Images.Single().ImageId is { } id ? usable.GetValueOrDefault(id) : null))];
    }

    /// <summary>The undecided pictures of the first block that has any, and which draw of them is next.</summary>
    private async Task<(List<int> Open, int Attempt)> NextAsync(Dataset dataset, DatasetPlan plan, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var draws = database.DatasetDraws.Where(draw => draw.DatasetId == dataset.Id);
        var decided = draws.Where(draw => draw.Refusal == null || draw.Attempt == plan.Redraws);
        var count = await decided.CountAsync(cancellationToken);
        if (count == plan.Count)
        {
            return ([], 0);
        }

        // A block begins when those before it are decided.
        var begin = DatasetPlan.BlockOf(count);
        var end = Math.Min(begin + DatasetPlan.Block, plan.Count);
        var over = await decided.Where(draw => draw.PictureIndex >= begin && draw.PictureIndex < end).Select(draw => draw.PictureIndex).ToListAsync(cancellationToken);
        var open = Enumerable.Range(begin, end - begin).Except(over).ToList();
        var first = open[0];
        return (open, await draws.CountAsync(draw => draw.PictureIndex == first, cancellationToken));
    }
}
