using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using System.Security.Claims;
using System.Threading.Channels;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Jobs;

/// <summary><c>GET /api/jobs/{id}/events</c>: a job's progress as server-sent events. Disconnecting does not cancel the job.</summary>
internal static class JobEventStream
{
    private const string JobEvent = "job";
    private const string PreviewEvent = "preview";

    // Other processes raise no in-process signal, so poll.
    private static readonly TimeSpan LookInterval = TimeSpan.FromSeconds(2);

    public static void MapJobEvents(this IEndpointRouteBuilder api) => api.MapGet("/jobs/{id:guid}/events", WatchAsync).RequireAuthorization(Policies.Read)
        .Produces(StatusCodes.Status200OK, contentType: "text/event-stream").ProducesProblem(StatusCodes.Status404NotFound)
        .WithSummary("Events \"job\" (the job, now and at every change) and, with previews=true, \"preview\" (the latest step of each picture with the predicted picture). The stream ends with the job; an unavailable database only delays it. Scope: read.");

    private static async Task<IResult> WatchAsync(
        Guid id, bool? previews, ClaimsPrincipal user, JobLook jobs, IJobFeed feed, IPreviewBus bus, IHostApplicationLifetime lifetime, HttpContext context)
    {
        var actor = user.ToActor();
        if (await jobs.FindAsync(actor, id, context.RequestAborted) is not { } job)
        {
            return new NotFound("There is no job with this id.").ToProblem();
        }

        var frames = previews is true ? bus : null;
        return new EventStream(EventsAsync(actor, job, context.Request.PathBase, jobs, feed, frames, lifetime.ApplicationStopping, context.RequestAborted));
    }

    private static async IAsyncEnumerable<SseItem<object>> EventsAsync(
        Actor actor, JobView first, PathString pathBase, JobLook jobs, IJobFeed feed, IPreviewBus? frames, CancellationToken stopping, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, stopping);
        var news = Channel.CreateBounded<PreviewFrame?>(new BoundedChannelOptions(64) { FullMode = BoundedChannelFullMode.DropOldest });
        using var subscription = feed.Subscribe(first.Id, _ => news.Writer.TryWrite(null));
        var watching = frames is null ? Task.CompletedTask : PumpAsync(frames, first.Id, news.Writer, ended.Token);
        JobBody? last = null;

        // Read again, because the job may have changed before the subscription.
        for (var job = await jobs.NowAsync(actor, first, cancellationToken); job is not null && !ended.IsCancellationRequested;)
        {
            var body = JobBody.Of(job, pathBase);
            if (last is null || !Same(last, body))
            {
                last = body;
                yield return new SseItem<object>(body, JobEvent);
            }

            if (job.State is not (JobState.Queued or JobState.Running))
            {
                break;
            }

            var (pending, changed) = await NextAsync(news.Reader, ended.Token);
            foreach (var frame in pending)
            {
                yield return new SseItem<object>(PreviewBody.Of(frame), PreviewEvent);
            }

            job = changed && !ended.IsCancellationRequested ? await jobs.AgainAsync(actor, job, cancellationToken) : job;
        }

        await ended.CancelAsync();
        await watching;
    }

    /// <summary>Waits for frames or a job change, then returns the pending frames, and whether the job may have changed.</summary>
    private static async Task<(List<PreviewFrame> Frames, bool Changed)> NextAsync(ChannelReader<PreviewFrame?> news, CancellationToken cancellationToken)
    {
        using var interval = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        interval.CancelAfter(LookInterval);
        var frames = new List<PreviewFrame>();
        var changed = false;
        try
        {
            await news.WaitToReadAsync(interval.Token);
        }
        catch (OperationCanceledException)
        {
            // The poll interval has passed, or the stream ends.
            changed = true;
        }

        while (news.TryRead(out var frame))
        {
            if (frame is not null)
            {
                frames.Add(frame);
            }
            else
            {
                changed = true;
            }
        }

        return (frames, changed);
    }

    private static async Task PumpAsync(IPreviewBus frames, Guid id, ChannelWriter<PreviewFrame?> news, CancellationToken cancellationToken)
    {
        try
        {
            await foreach (var frame in frames.WatchAsync(id, cancellationToken))
            {
                news.TryWrite(frame);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            news.TryComplete();
        }
    }

    // Record equality compares lists by reference, so compare the elements.
    private static bool Same(JobBody one, JobBody other) => one == other with { Images = one.Images } && one.Images.SequenceEqual(other.Images);
}

/// <summary>A preview frame in API responses.</summary>
/// <param name="Data">Base64; null for steps without a picture.</param>
internal sealed record PreviewBody(int ImageIndex, string Stage, int Step, int Steps, double Progress, int Width, int Height, string ContentType, string? Data)
{
    public static PreviewBody Of(PreviewFrame frame) => new(
        frame.ImageIndex, frame.Stage, frame.Step, frame.Steps, frame.Progress, frame.Width, frame.Height, frame.ContentType,
        frame.Bytes.IsEmpty ? null : Convert.ToBase64String(frame.Bytes.Span));
}
