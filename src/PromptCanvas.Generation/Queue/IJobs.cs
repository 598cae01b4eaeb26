using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Queue;

/// <summary>The way into the queue.</summary>
public interface ISubmissions
{
    /// <summary>Checks the request, charges one credit a picture and queues the job, in one transaction; no picture exists yet when this returns.</summary>
    /// <returns>The job's id (the same id for the same idempotency key), or why it was refused; a refusal writes nothing.</returns>
    Task<Result<Guid>> SubmitAsync(NewJob job, CancellationToken cancellationToken);

    /// <summary>Cancels a job: what is finished stays, what runs stops within a step, what was not delivered is given back.</summary>
    Task<Result<JobView>> CancelAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Cancels somebody else's job, who reads why: in the job and in the account.</summary>
    /// <param name="reason">One sentence for the person who asked.</param>
    Task<Result<JobView>> CancelAsync(Guid jobId, string reason, CancellationToken cancellationToken);

    /// <summary>Cancels one picture of a job, if it is not finished: it stops within a step and its charge is given back; the others go on.</summary>
    Task<Result<JobView>> CancelImageAsync(Guid jobId, int imageIndex, CancellationToken cancellationToken);

    /// <summary>Cancels whatever a person has waiting or running, and gives the charges back: for a person who is suspended.</summary>
    /// <param name="reason">One sentence for the person's account.</param>
    /// <returns>How many jobs.</returns>
    Task<Result<int>> CancelAllOfAsync(Guid personId, string reason, CancellationToken cancellationToken);
}

/// <summary>What the pages show.</summary>
public interface IJobQueries
{
    /// <summary>Whoever asks; only the studio itself may.</summary>
    Task<JobView?> FindAsync(Guid jobId, CancellationToken cancellationToken);

    /// <summary>Null also when the actor may not know of it.</summary>
    Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken);

    /// <summary>Jobs that are queued or running, oldest first; only the studio itself may ask.</summary>
    Task<IReadOnlyList<JobView>> ActiveAsync(CancellationToken cancellationToken);

    /// <summary>The actor's jobs that are queued or running, oldest first.</summary>
    Task<IReadOnlyList<JobView>> ActiveAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>A picture that the actor may see, or has put into the trash. Null also when the actor may not know of it.</summary>
    Task<PictureView?> FindPictureAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);
}

/// <summary>Tells the pages of this process that a job changed.</summary>
public interface IJobFeed
{
    /// <summary>Calls back on changes of one job, or of all when <paramref name="jobId"/> is null, until disposed. Callbacks must be quick and may come on any thread.</summary>
    IDisposable Subscribe(Guid? jobId, Action<JobChanged> onChanged);
}
