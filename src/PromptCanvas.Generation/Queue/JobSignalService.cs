using Microsoft.Extensions.Hosting;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Queue;

/// <summary>Applies the other nodes' job events here: to pages, to the worker's wake-up, and to running jobs.</summary>
internal sealed class JobSignalService(JobSignals signals, JobFeed feed, RunningJobs running, QueueSignal queue) : IHostedService, IDisposable
{
    private IDisposable? hearing;

    public Task StartAsync(CancellationToken cancellationToken)
    {
        hearing = signals.Hear(Heard);
        return Task.CompletedTask;
    }

    public Task StopAsync(CancellationToken cancellationToken)
    {
        Dispose();
        return Task.CompletedTask;
    }

    public void Dispose() => hearing?.Dispose();

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
