using System.Threading.Channels;
using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Waits for jobs on behalf of clients that hold the line.</summary>
internal sealed class JobWait(IJobQueries jobs, IJobFeed feed, IHostApplicationLifetime lifetime)
{
    // Another process may make the job; it makes no sound here.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Gives the job now and at every change, the last time when it is over.</summary>
    /// <param name="also">Other news that is worth a look; null = none.</param>
    /// <param name="hungUp">The client's line.</param>
    /// <exception cref="OpenAiException">The studio is being stopped; the job goes on after the restart.</exception>
    /// <exception cref="OperationCanceledException">The client hung up.</exception>
    public async Task FollowAsync(Actor actor, Guid jobId, Func<JobView, Task> look, Channel<bool>? also, CancellationToken hungUp)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(hungUp, lifetime.ApplicationStopping);
        var news = also ?? Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(jobId, _ => news.Writer.TryWrite(true));
        try
        {
            while (true)
            {
                var job = await jobs.FindAsync(actor, jobId, stopping.Token) ?? throw new OpenAiException(OpenAiFaults.Inside);
                await look(job);
                if (IsOver(job))
                {
                    return;
                }

                await WaitAsync(news.Reader, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            throw new OpenAiException(OpenAiFaults.Stopping);
        }
        catch (Exception fault) when (hungUp.IsCancellationRequested && fault is OperationCanceledException or IOException)
        {
            throw new OperationCanceledException("The client hung up.", fault, hungUp);
        }
    }

    /// <summary>Whether the client left of its own will: a studio that is being stopped cuts lines, too.</summary>
    public bool HasHungUp(HttpContext context) => context.RequestAborted.IsCancellationRequested && !lifetime.ApplicationStopping.IsCancellationRequested;

    private static bool IsOver(JobView job) => job.State is not (JobState.Queued or JobState.Running);

    private static async Task WaitAsync(ChannelReader<bool> news, CancellationToken cancellationToken)
    {
        using var interval = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        interval.CancelAfter(LookInterval);
        try
        {
            await news.ReadAsync(interval.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Nothing happened; a look does no harm.
        }
    }
}
