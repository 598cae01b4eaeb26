using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Moves data sets on.</summary>
internal sealed class DatasetRunner(
    IDbContextFactory<AppDbContext> databases, DatasetPictures pictures, SeriesJobs jobs, DatasetLeftovers leftovers, SeriesLeases leases) : SeriesRunner<Dataset>(databases, leases)
{
    protected override string OwnerGone => "Its owner may no longer make pictures in this studio.";

    protected override bool MayOwn(Actor person) => person.MayMake;

    protected override async Task<SeriesStep> MoveOnAsync(Dataset series, Actor owner, CancellationToken cancellationToken)
    {
        if (JobJson.Read<DatasetPlan>(series.Plan) is not { } plan)
        {
            return SeriesStep.Unreadable;
        }

        return DatasetPrompts.Of(plan).TryGet(out var prompts, out var refusal)
            ? await pictures.MoveOnAsync(series, plan, prompts, owner, cancellationToken)
            : SeriesStep.Failed(refusal);
    }

    // Nothing would judge what its open jobs still draw.
    protected override async Task FailedAsync(Dataset series, CancellationToken cancellationToken)
    {
        await jobs.CancelAsync(new Actor(series.PersonId!.Value, PersonRoles.Member), series, reason: null, cancellationToken);
        await leftovers.DiscardAsync(series, cancellationToken);
    }
}
