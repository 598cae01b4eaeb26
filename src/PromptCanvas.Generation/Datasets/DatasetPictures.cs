using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Series;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Has a data set's pictures made, block by block as the command does: all of a block, then judged in their order, the refused ones drawn again.</summary>
internal sealed class DatasetPictures(IDbContextFactory<AppDbContext> databases, SeriesJobs seriesJobs, DatasetJudge judge)
{
    /// <summary>Marks the pictures and jobs of data sets.</summary>
    private const string Tag = "dataset";

    // A few are drawn while others wait; more would only crowd the person's queue.
    private const int OpenJobs = 4;

    public async Task<SeriesStep> MoveOnAsync(Dataset dataset, DatasetPlan plan, DatasetPrompts prompts, Actor owner, CancellationToken cancellationToken)
    {
        var (open, attempt) = await NextAsync(dataset, plan, cancellationToken);
        if (open.Count == 0)
        {
            return new SeriesStep(IsComplete: true);
        }

        var jobs = await seriesJobs.FindAsync(owner.PersonId, [.. open.Select(index => KeyOf(dataset.KeyPrefix, index, attempt))], cancellationToken);
        if (open.ConvertAll(index => jobs.GetValueOrDefault(KeyOf(dataset.KeyPrefix, index, attempt))) is var made && made.TrueForAll(IsOver))
        {
            var draws = open.Zip(made, (index, job) => new MadePicture(index, attempt, job!.Images.Single())).ToList();
            return await judge.JudgeAsync(dataset, plan, prompts, draws, cancellationToken) is { Refusal: { } blind } ? SeriesStep.Failed(blind) : new SeriesStep(IsComplete: false);
        }

        var places = OpenJobs - made.Count(job => job is not null && !IsOver(job));
        foreach (var index in open.Where(index => !jobs.ContainsKey(KeyOf(dataset.KeyPrefix, index, attempt))).Take(places))
        {
            if ((await seriesJobs.SubmitAsync(dataset, ToJob(dataset.KeyPrefix, owner, plan, prompts, index, attempt), owner, cancellationToken)).Refusal is { } refusal)
            {
                return SeriesStep.NotAccepted(refusal);
            }
        }

        return new SeriesStep(IsComplete: false);
    }

    public static NewJob ToJob(string keyPrefix, Actor owner, DatasetPlan plan, DatasetPrompts prompts, int index, int attempt) => new()
    {
        IdempotencyKey = KeyOf(keyPrefix, index, attempt),
        PersonId = owner.PersonId,
        Role = owner.Role,
        Background = true,
        Prompt = prompts.PromptOf(index),
        Count = 1,
        Size = plan.Size,
        Seed = plan.SeedOf(index, attempt),
        Model = plan.Model,
        Visibility = Visibilities.Private,
        Tag = Tag,
    };

    private static string KeyOf(string keyPrefix, int index, int attempt) => FormattableString.Invariant($"{keyPrefix}{index}-{attempt}");

    private static bool IsOver(Job? job) => job is not null && job.Images.All(picture => picture.State is not (JobPictureState.Queued or JobPictureState.Running));

    /// <summary>The undecided pictures of the first block that has any, and which draw of them is next.</summary>
    private async Task<(List<int> Open, int Attempt)> NextAsync(Dataset dataset, DatasetPlan plan, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var draws = await database.DatasetDraws.Where(draw => draw.DatasetId == dataset.Id)
            .Select(draw => new { draw.PictureIndex, draw.Attempt, Passed = draw.Refusal == null }).ToListAsync(cancellationToken);
        var decided = draws.Where(draw => draw.Passed || draw.Attempt == plan.Redraws).Select(draw => draw.PictureIndex).ToHashSet();
        if (decided.Count == plan.Count)
        {
            return ([], 0);
        }

        var begin = Enumerable.Range(0, plan.Count).First(index => !decided.Contains(index)) / DatasetPlan.Block * DatasetPlan.Block;
        var open = Enumerable.Range(begin, Math.Min(DatasetPlan.Block, plan.Count - begin)).Where(index => !decided.Contains(index)).ToList();
        return (open, draws.Count(draw => draw.PictureIndex == open[0]));
    }
}
