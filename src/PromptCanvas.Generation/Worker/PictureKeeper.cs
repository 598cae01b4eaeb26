using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Jobs;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

internal enum KeepResult
{
    /// <summary>The picture's row says what became of it.</summary>
    Kept,

    /// <summary>The job is no longer this worker's.</summary>
    Fenced,

    /// <summary>The disk or database cannot write now: the picture is to be made again.</summary>
    StorageFailed,

    /// <summary>A fault of ours with this picture.</summary>
    Faulted,
}

/// <summary>Writes what became of a picture, and turns what can go wrong with it into a result.</summary>
internal sealed class PictureKeeper(
    PictureSaver saver, JobProgress progress, JobEvents events, StorageFaults faults, DiskReserve reserve, ILogger<PictureKeeper> logger)
{
    public Task<KeepResult> KeepAsync(ClaimedJob claim, RunningJob running, ImageCompleted image) =>
        WriteAsync(claim, running, image.ImageIndex, finished: 1, () => saver.SaveAsync(claim, image, CancellationToken.None));

    public Task<KeepResult> FailAsync(ClaimedJob claim, RunningJob running, ImageFailed failed)
    {
        logger.LogWarning("Picture {Index} of job {JobId} failed: {Reason}", failed.ImageIndex, claim.Id, failed.Reason);
        return WriteAsync(
            claim, running, failed.ImageIndex, finished: 0,
            () => progress.FailImageAsync(claim, failed.ImageIndex, failed.Reason, CancellationToken.None));
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault in one picture is that picture's.")]
    private async Task<KeepResult> WriteAsync(ClaimedJob claim, RunningJob running, int imageIndex, int finished, Func<Task<PictureWrite>> write)
    {
        try
        {
            switch (await reserve.WithRoomAsync(write))
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
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogError("Picture {Index} of job {JobId} could not be written and will be made again: {Reason}", imageIndex, claim.Id, reason);
            return KeepResult.StorageFailed;
        }
        catch (Exception fault)
        {
            logger.LogError(fault, "Picture {Index} of job {JobId} could not be kept", imageIndex, claim.Id);
            return KeepResult.Faulted;
        }
    }
}
