using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Data.Safety;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

internal enum KeepResult
{
    /// <summary>The picture's outcome is recorded in its row.</summary>
    Kept,

    /// <summary>The job is no longer leased to this worker.</summary>
    Fenced,

    /// <summary>The disk or database cannot be written; the picture must be generated again.</summary>
    StorageFailed,

    /// <summary>An unexpected fault with this picture.</summary>
    Faulted,
}

/// <summary>Records the outcome of each picture and converts failures into results.</summary>
internal sealed class PictureFinalizer(
    PictureSaver saver,
    JobProgress progress,
    JobEvents events,
    StorageFaults faults,
    DiskReserve reserve,
    SafetyRuleService rules,
    ILogger<PictureFinalizer> logger)
{
    /// <param name="plan">The edit plan; null if pictures are generated as a whole.</param>
    /// <param name="filter">Checks the picture first; null = no image rules.</param>
    public async Task<KeepResult> KeepAsync(ClaimedJob claim, RunningJob running, ImageCompleted image, EditPlan? plan, ImageSafetyFilter? filter)
    {
        SafetyRule? refusing = null;
        var looked = filter is null
            ? KeepResult.Kept
            : await TryAsync(claim, image.ImageIndex, async () =>
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
            ? await WriteAsync(claim, running, image.ImageIndex, finished: 1, () => saver.SaveAsync(claim, image, plan, CancellationToken.None))
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

    /// <summary>Withdraws the picture's previews, rejects it and refunds its credit.</summary>
    public async Task<KeepResult> RejectAsync(ClaimedJob claim, RunningJob running, int imageIndex, SafetyRule rule)
    {
        events.Withdrawn(claim.Id, imageIndex);
        var reason = $"Not shown, for it came too close to what this studio does not make: {PromptGuard.ReasonOf(rule)}. Its credit was given back.";
        var kept = await WriteAsync(
            claim, running, imageIndex, finished: 0, () => progress.RejectPictureAsync(claim, imageIndex, reason, CancellationToken.None));
        if (kept == KeepResult.Kept)
        {
            await TryAsync(claim, imageIndex, async () =>
            {
                await rules.HitAsync(rule.Id, CancellationToken.None);
                return KeepResult.Kept;
            });
        }

        return kept;
    }

    public Task<KeepResult> FailAsync(ClaimedJob claim, RunningJob running, ImageFailed failed)
    {
        logger.LogWarning("Picture {Index} of job {JobId} failed: {Reason}", failed.ImageIndex, claim.Id, failed.Reason);
        return WriteAsync(
            claim, running, failed.ImageIndex, finished: 0,
            () => progress.FailPictureAsync(claim, failed.ImageIndex, failed.Reason, CancellationToken.None));
    }

    private Task<KeepResult> WriteAsync(ClaimedJob claim, RunningJob running, int imageIndex, int finished, Func<Task<PictureWrite>> write) =>
        TryAsync(claim, imageIndex, async () =>
        {
            switch (await reserve.WithCapacityAsync(write))
            {
                case PictureWrite.Fenced:
                    running.Cancel();
                    return KeepResult.Fenced;
                case PictureWrite.Unwanted:
                    running.Completed(imageIndex, finished: 0);
                    return KeepResult.Kept;
            }

            events.Progressed(claim.Id, running.Completed(imageIndex, finished));
            return KeepResult.Kept;
        });

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault in one picture affects only that picture.")]
    private async Task<KeepResult> TryAsync(ClaimedJob claim, int imageIndex, Func<Task<KeepResult>> work)
    {
        try
        {
            return await work();
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogError("Picture {Index} of job {JobId} could not be written and will be generated again: {Reason}", imageIndex, claim.Id, reason);
            return KeepResult.StorageFailed;
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Picture {Index} of job {JobId} could not be saved", imageIndex, claim.Id);
            return KeepResult.Faulted;
        }
    }
}
