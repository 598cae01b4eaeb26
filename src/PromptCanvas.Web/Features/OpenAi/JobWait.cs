using System.Threading.Channels;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Waits for jobs on behalf of connected clients.</summary>
internal sealed class JobWait(
    PatientJobs jobs, IJobFeed feed, IHostApplicationLifetime lifetime, LiveConnections connections, IOptions<OpenAiOptions> options)
{
    // Other processes raise no in-process signal, so poll.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>Calls back with the job now and at every change, the last time when it has ended.</summary>
    /// <param name="also">A channel whose items also trigger a callback; null = none.</param>
    /// <param name="hungUp">Cancelled when the client disconnects.</param>
    /// <returns>Refused if the server is stopping; the job continues after the restart.</returns>
    /// <exception cref="OperationCanceledException">The client disconnected.</exception>
    public async Task<Result> FollowAsync(Actor actor, Guid jobId, Func<JobView, Task> look, Channel<bool>? also, CancellationToken hungUp)
    {
        using var stopping = CancellationTokenSource.CreateLinkedTokenSource(hungUp, lifetime.ApplicationStopping);
        var news = also ?? Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(jobId, _ => news.Writer.TryWrite(true));
        try
        {
            while (true)
            {
                if (await jobs.FindAsync(actor, jobId, stopping.Token) is not { } job)
                {
                    return OpenAiFaults.Inside;
                }

                await look(job);
                if (IsOver(job))
                {
                    return Result.Done;
                }

                await WaitAsync(news.Reader, stopping.Token);
            }
        }
        catch (OperationCanceledException) when (lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return OpenAiFaults.Stopping;
        }
        catch (Exception fault) when (hungUp.IsCancellationRequested && fault is OperationCanceledException or IOException)
        {
            throw new OperationCanceledException("The client disconnected.", fault, hungUp);
        }
    }

    /// <summary>How long the job waits for a retry; null if the client did not disconnect: a stopping server also aborts connections.</summary>
    public TimeSpan? GraceOf(HttpContext context)
    {
        if (!context.RequestAborted.IsCancellationRequested || lifetime.ApplicationStopping.IsCancellationRequested)
        {
            return null;
        }

        // The key was revoked, or its owner suspended.
        if (connections.HasCut(context))
        {
            return TimeSpan.Zero;
        }

        return ClientRetry.IsExpected(context.Request) ? options.Value.GracePeriodOfRetries : options.Value.GracePeriod;
    }

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
            // The poll interval has passed; read the job again.
        }
    }
}
