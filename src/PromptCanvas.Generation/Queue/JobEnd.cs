using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Queue;

/// <summary>How a job ends whose pictures have all come to an end.</summary>
internal static class JobEnd
{
    /// <summary>Done with a picture; otherwise rejected, failed, or cancelled where nothing failed.</summary>
    /// <param name="job">With its images.</param>
    /// <returns>One of <see cref="JobStates"/>, and one sentence where it failed or was rejected.</returns>
    public static (string State, string? Error) Of(Job job)
    {
        var images = job.Images.OrderBy(image => image.ImageIndex).ToList();
        if (job.CompletedImages > 0)
        {
            return (JobStates.Done, null);
        }

        if (images.Find(image => image.State == JobImageStates.Rejected) is { } rejected)
        {
            return (JobStates.Rejected, rejected.Error);
        }

        return images.Find(image => image.State == JobImageStates.Failed) is { } failed
            ? (JobStates.Failed, failed.Error)
            : (JobStates.Cancelled, null);
    }
}
