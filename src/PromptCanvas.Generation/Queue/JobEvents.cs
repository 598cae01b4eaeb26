using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;

namespace PromptCanvas.Generation.Queue;

/// <summary>Notifies this process (pages, preview watchers, worker) and the other nodes of job events that are already committed to the database.</summary>
internal sealed class JobEvents(JobFeed feed, PreviewBus previews, RunningJobs running, QueueSignal signal, JobSignals others)
{
    public void Queued(Guid jobId)
    {
        Publish(new JobChanged(jobId, JobState.Queued, 0));
        signal.Set();
    }

    /// <summary>The job was cancelled, as a whole or with its last picture.</summary>
    public void Cancelled(JobView job)
    {
        running.Cancel(job.Id);
        previews.Complete(job.Id);
        var change = ChangeOf(job);
        feed.Publish(change);
        others.Cancelled(change);
    }

    /// <summary>One picture of the job was cancelled.</summary>
    public void Dropped(JobView job, int imageIndex)
    {
        running.Drop(job.Id, imageIndex);
        var change = ChangeOf(job);
        feed.Publish(change);
        others.Dropped(change, imageIndex);
    }

    /// <summary>A picture was refused: its previews are withdrawn.</summary>
    public void Withdrawn(Guid jobId, int imageIndex) => previews.Withdraw(jobId, imageIndex);

    /// <summary>Registers a run until the result is disposed; <see cref="Cancelled"/> stops it.</summary>
    public RunningJob Reachable(Guid jobId, int completedImages, CancellationToken stopping) =>
        running.Add(jobId, completedImages, stopping);

    /// <param name="run">The lease's fence.</param>
    public void Started(Guid jobId, long run, int completedImages)
    {
        previews.Start(jobId, run);
        Publish(new JobChanged(jobId, JobState.Running, completedImages));
    }

    /// <summary>The lease was lost: the job was ended or taken over, and that event was published already.</summary>
    public void Lost(Guid jobId) => previews.Lose(jobId);

    public void Progressed(Guid jobId, int completedImages) => Publish(new JobChanged(jobId, JobState.Running, completedImages));

    public void HandedBack(Guid jobId, int completedImages)
    {
        previews.HandBack(jobId);
        Publish(new JobChanged(jobId, JobState.Queued, completedImages));
        signal.Set();
    }

    public void Ended(Guid jobId, JobState state, int completedImages)
    {
        previews.Complete(jobId);
        Publish(new JobChanged(jobId, state, completedImages));
    }

    private static JobChanged ChangeOf(JobView job) => new(job.Id, job.State, job.Images.Count(picture => picture.State == JobPictureState.Done));

    private void Publish(JobChanged change)
    {
        feed.Publish(change);
        others.Changed(change);
    }
}
