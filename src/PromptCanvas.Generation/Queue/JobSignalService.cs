using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation.Queue;

/// <summary>Applies the other nodes' job events here: to pages, to the worker's wake-up, and to running jobs.</summary>
internal sealed class JobSignalService(JobSignals signals, JobFeed feed, RunningJobs running, QueueSignal queue, Supervisor supervisor)
    : SupervisedService(supervisor)
{
    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        using var hearing = signals.Hear(Heard);
        Worked();
        await Task.Delay(Timeout.InfiniteTimeSpan, stoppingToken);
    }

    private void Heard(JobSignal signal)
    {
        if (signal.Stops)
        {
            running.Cancel(signal.JobId);
        }

        if (signal.Dropped is { } imageIndex)
        {
            running.Drop(signal.JobId, imageIndex);
        }

        if (signal.State is { } state)
        {
            feed.Publish(new JobChanged(signal.JobId, state, signal.CompletedImages) { IsRemote = true });
            if (state == JobState.Queued)
            {
                queue.Set();
            }
        }
    }
}
