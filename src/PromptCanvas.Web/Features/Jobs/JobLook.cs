using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.Jobs;

/// <summary>Reads a job for the streams that follow it. After the first read, all streams share the readings of the whole queue.</summary>
internal sealed class JobLook(IJobQueries jobs, IQueueBoard board, TimeProvider clock)
{
    /// <summary>Null if the job does not exist or the actor may not see it.</summary>
    public Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken) => jobs.FindAsync(actor, jobId, cancellationToken);

    /// <summary>The job after a change.</summary>
    public async Task<JobView?> AgainAsync(Actor actor, Guid jobId, CancellationToken cancellationToken)
    {
        var reading = await board.ReadAsync(clock.GetTimestamp(), cancellationToken);
        return (reading.Active.GetValueOrDefault(jobId) ?? reading.Ended.GetValueOrDefault(jobId)) is { } job && job.PersonId == actor.PersonId
            ? job
            : await jobs.FindAsync(actor, jobId, cancellationToken);
    }
}
