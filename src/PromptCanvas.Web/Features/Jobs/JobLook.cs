using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Features.Jobs;

/// <summary>Reads a job for the streams that follow it. After the first readings, all streams share those of the whole queue. While the database is
/// unavailable, a job stays as it was known, so that an outage does not end the streams.</summary>
internal sealed class JobLook(IJobQueries jobs, IQueueBoard board, StoreFaults stores, TimeProvider clock)
{
    /// <summary>Null if the job does not exist or the actor may not see it.</summary>
    public Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken) => jobs.FindAsync(actor, jobId, cancellationToken);

    /// <summary>The job as its row is now.</summary>
    public Task<JobView?> NowAsync(Actor actor, JobView known, CancellationToken cancellationToken) =>
        OrKnownAsync(known, () => jobs.FindAsync(actor, known.Id, cancellationToken));

    /// <summary>The job after a change.</summary>
    public Task<JobView?> AgainAsync(Actor actor, JobView known, CancellationToken cancellationToken) => OrKnownAsync(known, async () =>
    {
        var reading = await board.ReadAsync(clock.GetTimestamp(), cancellationToken);
        return (reading.Active.GetValueOrDefault(known.Id) ?? reading.Ended.GetValueOrDefault(known.Id)) is { } job && job.PersonId == actor.PersonId
            ? job
            : await jobs.FindAsync(actor, known.Id, cancellationToken);
    });

    private async Task<JobView?> OrKnownAsync(JobView known, Func<Task<JobView?>> read)
    {
        try
        {
            return await read();
        }
        catch (Exception fault) when (stores.RefusalOf(fault) is Unavailable)
        {
            return known;
        }
    }
}
