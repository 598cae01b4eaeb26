using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Patience with a disk or database that cannot write now.</summary>
internal sealed class WorkerPause(IOptions<GenerationOptions> options, StorageFaults faults, TimeProvider clock, ILogger<WorkerPause> logger)
{
    public TimeSpan Duration => options.Value.StoragePause;

    public Task WaitAsync(CancellationToken stopping) => Task.Delay(Duration, clock, stopping);

    /// <summary>Writes how a job stands, again and again until it succeeds or the studio stops; the row then says "running", and the next start requeues it.</summary>
    public async Task UntilWrittenAsync(Func<Task> write, Guid jobId, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (Exception fault) when (faults.Describe(fault) is { } reason)
            {
                logger.LogError("The state of job {JobId} could not be written: {Reason}", jobId, reason);
            }

            await WaitAsync(stopping);
        }
    }
}
