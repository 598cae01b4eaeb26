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

    /// <summary>Repeats a step of a job until the database lets it; when the studio stops first, the row says "running", and the next start requeues it.</summary>
    public async Task UntilDoneAsync(Func<Task> step, Guid jobId, CancellationToken stopping)
    {
        while (true)
        {
            try
            {
                await step();
                return;
            }
            catch (Exception fault) when (faults.Describe(fault) is { } reason)
            {
                logger.LogError("The state of job {JobId} could not be read or written: {Reason}", jobId, reason);
            }

            await WaitAsync(stopping);
        }
    }
}
