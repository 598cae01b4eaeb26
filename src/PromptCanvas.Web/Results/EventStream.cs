using System.Net.ServerSentEvents;
using System.Text.Json;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.Extensions.Options;

namespace PromptCanvas.Web.Results;

/// <summary>Server-sent events. While there is nothing to send, a comment every 15 s keeps proxies from closing the connection; clients ignore it.</summary>
internal sealed class EventStream(IAsyncEnumerable<SseItem<object>> events) : IResult
{
    private static readonly TimeSpan Quiet = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-cache,no-store";
        response.Headers.ContentEncoding = "identity";
        httpContext.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        var json = httpContext.RequestServices.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions;
        var clock = httpContext.RequestServices.GetRequiredService<TimeProvider>();
        try
        {
            await using var source = events.GetAsyncEnumerator(httpContext.RequestAborted);
            while (await NextAsync(source, response, clock))
            {
                var body = JsonSerializer.Serialize(source.Current.Data, json);
                await WriteAsync(response, $"event: {source.Current.EventType}\ndata: {body}\n\n");
            }
        }
        catch (OperationCanceledException) when (httpContext.RequestAborted.IsCancellationRequested)
        {
            // The client has disconnected.
        }
    }

    private static async Task<bool> NextAsync(IAsyncEnumerator<SseItem<object>> source, HttpResponse response, TimeProvider clock)
    {
        var next = source.MoveNextAsync().AsTask();
        while (!next.IsCompleted)
        {
            using var waiting = new CancellationTokenSource();
            var quiet = Task.Delay(Quiet, clock, waiting.Token);
            if (await Task.WhenAny(next, quiet) == quiet)
            {
                await CommentAsync(response);
            }

            await waiting.CancelAsync();
        }

        return await next;
    }

    private static async Task CommentAsync(HttpResponse response)
    {
        try
        {
            await WriteAsync(response, ":\n\n");
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException)
        {
            // The client has disconnected, which also ends the events; they must not be abandoned before.
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text)
    {
        await response.WriteAsync(text, response.HttpContext.RequestAborted);
        await response.Body.FlushAsync(response.HttpContext.RequestAborted);
    }
}
