using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Results;

/// <summary>Reads a job for a client that waits for it on an open connection: a restart of the database only delays the answer.</summary>
internal sealed class PatientJobs(IJobQueries jobs, StoreFaults stores, TimeProvider clock)
{
    /// <summary>Longer than a restart of PostgreSQL, shorter than the patience of clients and proxies.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    /// <summary>Null if the job does not exist or the actor may not see it.</summary>
    public async Task<JobView?> FindAsync(Actor actor, Guid jobId, CancellationToken cancellationToken)
    {
        var began = clock.GetTimestamp();
        while (true)
        {
            try
            {
                return await jobs.FindAsync(actor, jobId, cancellationToken);
            }
            catch (Exception fault) when (stores.RefusalOf(fault) is Unavailable && clock.GetElapsedTime(began) < Patience)
            {
                await Task.Delay(Interval, clock, cancellationToken);
            }
        }
    }
}
