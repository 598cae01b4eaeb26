using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Records the outcome of each picture.</summary>
internal sealed class PictureFinalizer(
    PictureSaver saver, JobProgress progress, PictureRejection rejection, OutcomeWrites writes, ILogger<PictureFinalizer> logger)
{
    /// <param name="plan">The edit plan; null if pictures are generated as a whole.</param>
    /// <param name="filter">Checks the picture first; null = no image rules.</param>
    public async Task<KeepResult> KeepAsync(ClaimedJob claim, RunningJob running, ImageCompleted image, EditPlan? plan, ImageSafetyFilter? filter)
    {
        SafetyRule? refusing = null;
        var looked = filter is null
            ? KeepResult.Kept
            : await writes.TryAsync(claim, image.ImageIndex, async () =>
            {
                refusing = await filter.RefusingAsync(image.ImageEmbedding, image.Image, CancellationToken.None);
                _ = refusing is not null && filter.Refuse(image.ImageIndex);
                return KeepResult.Kept;
            });
        if (looked != KeepResult.Kept)
        {
            return looked;
        }

        return refusing is null
            ? await writes.WriteAsync(claim, running, image.ImageIndex, finished: 1, () => saver.SaveAsync(claim, image, plan, CancellationToken.None))
            : await RejectAsync(claim, running, image.ImageIndex, refusing);
    }

    /// <summary>Records the small picture of a finished decoder stage as delivered work. Without the record, cancelling refunds the picture as before.</summary>
    /// <param name="plan">The edit plan; null if pictures are generated as a whole.</param>
    /// <param name="filter">A picture that the rules refuse is not recorded; null = no image rules.</param>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A small picture that cannot be recorded affects neither the picture nor its neighbours.")]
    public async Task RecordDecodedAsync(ClaimedJob claim, StageCompleted stage, EditPlan? plan, ImageSafetyFilter? filter)
    {
        try
        {
            var decoded = stage.Result.Picture!;
            var small = plan is null ? decoded.ToRgb() : PictureEditor.Decoded(plan, stage.Result);
            if (small is null || (filter is not null && await filter.RefusingAsync(stage.Result.ImageEmbedding, decoded, CancellationToken.None) is not null))
            {
                return;
            }

            await saver.SaveDecodedAsync(claim, stage, small, CancellationToken.None);
        }
        catch (Exception fault)
        {
            logger.LogWarning(fault, "The small picture {Index} of job {JobId} could not be recorded; cancelling refunds it", stage.ImageIndex, claim.Id);
        }
    }

    /// <inheritdoc cref="PictureRejection.RejectAsync"/>
    public Task<KeepResult> RejectAsync(ClaimedJob claim, RunningJob running, int imageIndex, SafetyRule rule) =>
        rejection.RejectAsync(claim, running, imageIndex, rule);

    public Task<KeepResult> FailAsync(ClaimedJob claim, RunningJob running, ImageFailed failed)
    {
        logger.LogWarning("Picture {Index} of job {JobId} failed: {Reason}", failed.ImageIndex, claim.Id, failed.Reason);
        return writes.WriteAsync(
            claim, running, failed.ImageIndex, finished: 0,
            () => progress.FailPictureAsync(claim, failed.ImageIndex, failed.Reason, CancellationToken.None));
    }
}
