using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Threading.Channels;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.OpenAi;

/// <summary>Writes server-sent events: partial pictures while they form, then each finished picture.</summary>
internal sealed class ImageStream(JobWait wait, IResponseDelivery delivery, IPreviewBus previews, PictureBytes bytes)
{
    private const int ReadsPerKeepAlive = 10;

    /// <summary>Token counts are always zero.</summary>
    public static object NoUsage { get; } = new
    {
        total_tokens = 0,
        input_tokens = 0,
        output_tokens = 0,
        input_tokens_details = new { text_tokens = 0, image_tokens = 0 },
    };

    public async Task WriteAsync(ImageRequest request, Guid jobId, Actor actor, HttpContext context)
    {
        var response = context.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache";
        response.Headers["X-Accel-Buffering"] = "no";
        await response.StartAsync(context.RequestAborted);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(context.RequestAborted);
        var news = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
        var partials = new ConcurrentQueue<(int Number, PreviewFrame Frame)>();
        var watching = request.PartialImages == 0 ? Task.CompletedTask : WatchAsync(request, jobId, partials, news, ended.Token);
        var given = new HashSet<int>();
        var isOver = false;
        try
        {
            var reads = 0;
            var followed = await wait.FollowAsync(actor, jobId, now => WriteNewsAsync(request, now, partials, given, reads++, response), news, context.RequestAborted);
            isOver = followed.Refusal is null;
            if (followed.Refusal is { } refusal)
            {
                await WriteErrorAsync(response, OpenAiFaults.Of(refusal));
            }
        }
        finally
        {
            await ended.CancelAsync();
            await watching;
            if (isOver || given.Count == request.Count)
            {
                // A client that disconnects after the last picture, before the end of the stream, has received everything.
                await delivery.MarkDeliveredAsync(jobId, isOut: true, CancellationToken.None);
            }
        }
    }

    private async Task WriteNewsAsync(
        ImageRequest request, JobView job, ConcurrentQueue<(int Number, PreviewFrame Frame)> partials, HashSet<int> given, int reads, HttpResponse response)
    {
        while (partials.TryDequeue(out var partial))
        {
            if (!given.Contains(partial.Frame.ImageIndex))
            {
                await WritePartialAsync(request, job, partial.Number, partial.Frame, response);
            }
        }

        foreach (var image in job.Images.Where(image => image.State == JobPictureState.Done && !given.Contains(image.Index)))
        {
            await WriteCompletedAsync(request, job, image, response);
            given.Add(image.Index);
        }

        if (job.State is not (JobState.Queued or JobState.Running or JobState.Done))
        {
            await WriteErrorAsync(response, OpenAiFaults.Of(job));
        }
        else if (reads % ReadsPerKeepAlive == ReadsPerKeepAlive - 1)
        {
            // Keep-alive: proxies close idle connections.
            await response.WriteAsync(": waiting\n\n", response.HttpContext.RequestAborted);
            await response.Body.FlushAsync(response.HttpContext.RequestAborted);
        }
    }

    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Partial pictures are optional; the finished picture is sent in any case.")]
    private async Task WatchAsync(
        ImageRequest request, Guid jobId, ConcurrentQueue<(int Number, PreviewFrame Frame)> partials, Channel<bool> news, CancellationToken cancellationToken)
    {
        try
        {
            var chosen = new PartialImages(request.PartialImages);
            await foreach (var frame in previews.WatchAsync(jobId, cancellationToken))
            {
                foreach (var partial in chosen.Take(frame))
                {
                    partials.Enqueue(partial);
                    news.Writer.TryWrite(true);
                }
            }
        }
        catch (Exception)
        {
            // The connection or the server is closing.
        }
    }

    private async Task WritePartialAsync(ImageRequest request, JobView job, int number, PreviewFrame frame, HttpResponse response)
    {
        var picture = await bytes.ConvertAsync(frame, request, request.FitOf(job), response.HttpContext.RequestAborted);
        await WriteEventAsync(response, new
        {
            type = $"{Prefix(request)}.partial_image",
            b64_json = Convert.ToBase64String(picture),
            partial_image_index = number,
            created_at = job.CreatedAt.ToUnixTimeSeconds(),
            size = request.SizeInAnswers,
            quality = request.QualityInAnswers,
            background = "opaque",
            output_format = request.FormatName,
        });
    }

    private async Task WriteCompletedAsync(ImageRequest request, JobView job, JobPictureView image, HttpResponse response)
    {
        var picture = await bytes.ReadAsync(image.ImageId!.Value, request, request.FitOf(job), response.HttpContext.RequestAborted) ?? [];
        await WriteEventAsync(response, new
        {
            type = $"{Prefix(request)}.completed",
            b64_json = Convert.ToBase64String(picture),
            created_at = job.CreatedAt.ToUnixTimeSeconds(),
            size = request.SizeInAnswers,
            quality = request.QualityInAnswers,
            background = "opaque",
            output_format = request.FormatName,
            usage = NoUsage,
        });
    }

    private static string Prefix(ImageRequest request) => request.Kind == JobKinds.Edit ? "image_edit" : "image_generation";

    private static async Task WriteEventAsync<T>(HttpResponse response, T content)
    {
        var json = JsonSerializer.SerializeToElement(content);
        await response.WriteAsync($"event: {json.GetProperty("type").GetString()}\ndata: {json.GetRawText()}\n\n", response.HttpContext.RequestAborted);
        await response.Body.FlushAsync(response.HttpContext.RequestAborted);
    }

    private static async Task WriteErrorAsync(HttpResponse response, OpenAiFault fault)
    {
        await response.WriteAsync("event: error\ndata: ");
        await response.Body.WriteAsync(fault.ToJson());
        await response.WriteAsync("\n\n");
        await response.Body.FlushAsync();
    }
}
