using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Waits and retries while the disk or database cannot be written.</summary>
internal sealed class WorkerPause(IOptions<GenerationOptions> options, StorageFaults faults, TimeProvider clock, ILogger<WorkerPause> logger)
{
    public TimeSpan Duration => options.Value.StoragePause;

    public Task WaitAsync(CancellationToken stopping) => Task.Delay(Duration, clock, stopping);

    /// <summary>Repeats a step until the storage accepts it. If the studio stops first, the row stays in state "running", and the next start requeues the job.</summary>
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
