using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Queue;

/// <summary>Determines the final state of a job whose pictures are all over.</summary>
internal static class JobEnd
{
    /// <summary>Done if any picture is done; otherwise rejected, failed, or cancelled if no picture failed.</summary>
    /// <param name="job">Must include its images.</param>
    /// <returns>The state, and one sentence if the job failed or was rejected.</returns>
    public static (JobState State, string? Error) Of(Job job)
    {
        var pictures = job.Images.OrderBy(picture => picture.ImageIndex).ToList();
        if (job.CompletedImages > 0)
        {
            return (JobState.Done, null);
        }

        if (pictures.Find(picture => picture.State == JobPictureState.Rejected) is { } rejected)
        {
            return (JobState.Rejected, rejected.Error);
        }

        return pictures.Find(picture => picture.State == JobPictureState.Failed) is { } failed
            ? (JobState.Failed, failed.Error)
            : (JobState.Cancelled, null);
    }
}
