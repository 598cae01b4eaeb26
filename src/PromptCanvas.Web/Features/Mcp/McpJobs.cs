using System.Text.Json.Nodes;
using System.Threading.Channels;
using ModelContextProtocol.Protocol;
using ModelContextProtocol.Server;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Features.Mcp;

/// <summary>Waits for jobs on behalf of tools, and reports their progress with previews.</summary>
internal sealed class McpJobs(PatientJobs jobs, IJobFeed feed, IPreviewBus previews, ICancellations cancellations, TimeProvider clock)
{
    // Clients give up after 60 seconds; longer jobs are polled with get_job.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(50);

    // Other processes raise no in-process signal, so poll.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(1);

    /// <summary>The ended job, or its current state before the client's timeout. Cancelling the call cancels the job.</summary>
    public async Task<JobView?> FollowAsync(Actor actor, Guid jobId, RequestContext<CallToolRequestParams> call, CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var watching = call.Params?.ProgressToken is { } token ? ReportAsync(jobId, token, call, ended.Token) : Task.CompletedTask;
        try
        {
            return await WaitAsync(actor, jobId, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            await cancellations.CancelAbandonedAsync(jobId, CancellationToken.None);
            throw;
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
        }
    }

    private async Task<JobView?> WaitAsync(Actor actor, Guid jobId, CancellationToken cancellationToken)
    {
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        using var subscription = feed.Subscribe(jobId, _ => news.Writer.TryWrite(true));
        var began = clock.GetTimestamp();
        while (true)
        {
            var job = await jobs.FindAsync(actor, jobId, cancellationToken);
            if (job?.State is not (JobState.Queued or JobState.Running) || clock.GetElapsedTime(began) >= Patience)
            {
                return job;
            }

            using var interval = new CancellationTokenSource(LookInterval, clock);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(interval.Token, cancellationToken);
            try
            {
                await news.Reader.ReadAsync(either.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // The poll interval has passed; read the job again.
            }
        }
    }

    private async Task ReportAsync(Guid jobId, ProgressToken token, RequestContext<CallToolRequestParams> call, CancellationToken cancellationToken)
    {
        var shares = new Dictionary<int, double>();
        var furthest = 0.0;
        try
        {
            await foreach (var frame in previews.WatchAsync(jobId, cancellationToken))
            {
                // Progress must not go back.
                shares[frame.ImageIndex] = frame.Progress;
                furthest = Math.Max(furthest, shares.Values.Sum());
                await call.Server.NotifyProgressAsync(
                    new ProgressNotificationParams
                    {
                        ProgressToken = token,
                        Progress = new() { Progress = (float)furthest, Message = $"picture {frame.ImageIndex + 1}: {frame.Stage}, step {frame.Step} of {frame.Steps}" },
                        Meta = PreviewOf(frame),
                    },
                    cancellationToken);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or InvalidOperationException)
        {
            // The job has ended, or the client is gone; progress is optional.
        }
    }

    private static JsonObject? PreviewOf(PreviewFrame frame) => frame.Bytes.IsEmpty ? null : new JsonObject
    {
        ["promptcanvas/preview"] = new JsonObject
        {
            ["imageIndex"] = frame.ImageIndex,
            ["mimeType"] = frame.ContentType,
            ["data"] = Convert.ToBase64String(frame.Bytes.Span),
        },
    };
}
