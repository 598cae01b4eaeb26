using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Generation.Jobs;

/// <summary>Tells this process what became of a job: pages, watchers of previews, the worker. The database knows already.</summary>
internal sealed class JobEvents(JobFeed feed, PreviewBus previews, RunningJobs running, QueueSignal signal)
{
    public void Queued(Guid jobId)
    {
        feed.Publish(new JobChanged(jobId, JobState.Queued, 0));
        signal.Set();
    }

    public void Cancelled(JobView job)
    {
        running.Cancel(job.Id);
        previews.Complete(job.Id);
        feed.Publish(new JobChanged(job.Id, JobState.Cancelled, job.Images.Count(image => image.State == JobImageState.Done)));
    }

    /// <summary>A job is on the engine until the result is disposed.</summary>
    public RunningJob Started(Guid jobId, int completedImages, CancellationToken stopping)
    {
        var job = running.Add(jobId, completedImages, stopping);
        previews.Start(jobId);
        feed.Publish(new JobChanged(jobId, JobState.Running, completedImages));
        return job;
    }

    public void Progressed(Guid jobId, int completedImages) => feed.Publish(new JobChanged(jobId, JobState.Running, completedImages));

    public void HandedBack(Guid jobId, int completedImages)
    {
        feed.Publish(new JobChanged(jobId, JobState.Queued, completedImages));
        signal.Set();
    }

    public void Ended(Guid jobId, JobState state, int completedImages)
    {
        previews.Complete(jobId);
        feed.Publish(new JobChanged(jobId, state, completedImages));
    }
}
