using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Generation.Queue;

/// <summary>Tells this process what became of a job: pages, watchers of previews, the worker. The database knows already.</summary>
internal sealed class JobEvents(JobFeed feed, PreviewBus previews, RunningJobs running, QueueSignal signal)
{
    public void Queued(Guid jobId)
    {
        feed.Publish(new JobChanged(jobId, JobState.Queued, 0));
        signal.Set();
    }

    /// <summary>Somebody ended it, as a whole or with its last picture.</summary>
    public void Cancelled(JobView job)
    {
        running.Cancel(job.Id);
        previews.Complete(job.Id);
        Changed(job);
    }

    /// <summary>Somebody cancelled one of its pictures.</summary>
    public void Dropped(JobView job, int imageIndex)
    {
        running.Drop(job.Id, imageIndex);
        Changed(job);
    }

    /// <summary>A picture was refused: nobody sees a preview of it any more.</summary>
    public void Withdrawn(Guid jobId, int imageIndex) => previews.Withdraw(jobId, imageIndex);

    private void Changed(JobView job) =>
        feed.Publish(new JobChanged(job.Id, job.State, job.Images.Count(image => image.State == JobImageState.Done)));

    /// <summary>From here until the result is disposed, <see cref="Cancelled"/> reaches the job's run.</summary>
    public RunningJob Reachable(Guid jobId, int completedImages, CancellationToken stopping) =>
        running.Add(jobId, completedImages, stopping);

    public void Started(Guid jobId, int completedImages)
    {
        previews.Start(jobId);
        feed.Publish(new JobChanged(jobId, JobState.Running, completedImages));
    }

    /// <summary>Somebody else has the job, or ended it and said so.</summary>
    public void Lost(Guid jobId) => previews.Complete(jobId);

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
