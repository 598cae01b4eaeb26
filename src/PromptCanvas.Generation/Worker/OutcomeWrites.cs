using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Queue;
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

/// <summary>Writes the outcomes of pictures, and converts failures into results.</summary>
internal sealed class OutcomeWrites(JobEvents events, StorageFaults faults, DiskReserve reserve, ILogger<OutcomeWrites> logger)
{
    /// <summary>Writes a picture's outcome and notifies this process.</summary>
    /// <param name="finished">1 = the picture was delivered, 0 = it was not.</param>
    public Task<KeepResult> WriteAsync(ClaimedJob claim, RunningJob running, int imageIndex, int finished, Func<Task<PictureWrite>> write) =>
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

    /// <summary>Runs one step of a picture's outcome.</summary>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "A fault in one picture affects only that picture.")]
    public async Task<KeepResult> TryAsync(ClaimedJob claim, int imageIndex, Func<Task<KeepResult>> work)
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
