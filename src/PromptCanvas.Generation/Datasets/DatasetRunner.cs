using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Moves data sets on.</summary>
internal sealed class DatasetRunner(IDbContextFactory<AppDbContext> databases, DatasetPictures pictures, SeriesLeases leases) : SeriesRunner<Dataset>(databases, leases)
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
}
