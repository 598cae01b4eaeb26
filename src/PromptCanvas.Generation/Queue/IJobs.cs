using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Requests;

namespace PromptCanvas.Generation.Queue;

/// <summary>Submits jobs to the queue.</summary>
public interface ISubmissions
{
    /// <summary>Checks the request, charges one credit per picture and queues the job, in one transaction; no picture exists yet when this returns.</summary>
    /// <returns>The job's id (the same id for the same idempotency key), or why it was refused; a refusal writes nothing.</returns>
    Task<Result<Guid>> SubmitAsync(NewJob job, CancellationToken cancellationToken);
}

/// <summary>Cancels jobs and pictures.</summary>
public interface ICancellations
{
    /// <summary>Cancels a job: finished pictures remain, running ones stop within a step, and undelivered ones are refunded.</summary>
    /// <returns>The job, or <see cref="NotFound"/> if it does not exist or the actor may not see it.</returns>
    Task<Result<JobView>> CancelAsync(Actor actor, Guid jobId, CancellationToken cancellationToken);

    /// <summary>Cancels another person's job; the job and the ledger show the reason to its owner.</summary>
    /// <param name="reason">One sentence for the person who asked.</param>
    /// <returns>The job, or <see cref="Forbidden"/> unless the actor is an administrator.</returns>
    Task<Result<JobView>> CancelAsync(Actor actor, Guid jobId, string reason, CancellationToken cancellationToken);

    /// <summary>Cancels one unfinished picture of a job: it stops within a step and is refunded; the others continue.</summary>
    /// <returns>The job, or <see cref="NotFound"/> if it does not exist, has no such picture, or the actor may not see it.</returns>
    Task<Result<JobView>> CancelPictureAsync(Actor actor, Guid jobId, int imageIndex, CancellationToken cancellationToken);

    /// <summary>Cancels a job whose client disconnected. Without an access check; only for the studio's own use.</summary>
    Task<Result<JobView>> CancelAbandonedAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Cancels and refunds all queued and running jobs of a person, for example when the account is suspended.</summary>
    /// <param name="reason">One sentence for the person's ledger.</param>
    /// <returns>Number of jobs cancelled.</returns>
    Task<Result<int>> CancelAllOfAsync(Guid personId, string reason, CancellationToken cancellationToken);
}

/// <summary>Queries for the pages.</summary>
public interface IJobQueries
{
    /// <summary>Without an access check; only for the studio's own use.</summary>
    Task<JobView?> FindAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Null if the job does not exist or the actor may not see it.</summary>
    Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken);

    /// <summary>Queued and running jobs, oldest first. Without an access check; only for the studio's own use.</summary>
    Task<IReadOnlyList<JobView>> ActiveAsync(CancellationToken cancellationToken);

    /// <summary>The actor's queued and running jobs, oldest first.</summary>
    Task<IReadOnlyList<JobView>> ActiveAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>The actor's jobs that are over, newest first.</summary>
    /// <param name="after">The previous page's <see cref="JobPage.Next"/>; null for the first page.</param>
    /// <param name="take">Page size, 1 … <see cref="MostOfHistory"/>.</param>
    Task<JobPage> HistoryAsync(Actor actor, string? after, int take, CancellationToken cancellationToken);

    /// <summary>Maximum page size of a history.</summary>
    const int MostOfHistory = 100;
}

/// <summary>Notifies the pages of this process about changes of jobs.</summary>
public interface IJobFeed
{
    /// <summary>Subscribes to one job, or to all jobs if <paramref name="jobId"/> is null, until disposed. Callbacks must be quick; they run on any thread.</summary>
    IDisposable Subscribe(Guid? jobId, Action<JobChanged> onChanged);
}
