using System.IO.Pipelines;
using System.Net.ServerSentEvents;
using System.Text;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Tests.Results;

/// <summary>Server-sent events to a client behind a proxy.</summary>
public sealed class EventStreamTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Events_WithAPauseBetweenThem_HaveComments()
    {
        var clock = new FakeTimeProvider();
        var events = Channel.CreateUnbounded<SseItem<object>>();
        var pipe = new Pipe();
        var context = new DefaultHttpContext
        {
            RequestServices = new ServiceCollection().AddSingleton<TimeProvider>(clock).AddOptions().BuildServiceProvider(),
            Response = { Body = pipe.Writer.AsStream() },
        };
        var written = new EventStream(events.Reader.ReadAllAsync(Cancellation)).ExecuteAsync(context);
        await events.Writer.WriteAsync(new SseItem<object>(new { State = "queued" }, "job"), Cancellation);
        Assert.Equal("event: job\ndata: {\"state\":\"queued\"}\n\n", await ReadAsync(pipe.Reader));

        // The timer starts after the event is written.
        var comment = ReadAsync(pipe.Reader);
        while (!comment.IsCompleted)
        {
            clock.Advance(TimeSpan.FromSeconds(15));
            await Task.Yield();
        }

        Assert.StartsWith(":\n\n", await comment, StringComparison.Ordinal);
        await events.Writer.WriteAsync(new SseItem<object>(new { State = "done" }, "job"), Cancellation);
        events.Writer.Complete();
        await written;
        Assert.Equal("text/event-stream", context.Response.ContentType);
        await pipe.Writer.CompleteAsync();
        Assert.EndsWith("event: job\ndata: {\"state\":\"done\"}\n\n", await ReadAsync(pipe.Reader), StringComparison.Ordinal);
    }

    private static async Task<string> ReadAsync(PipeReader reader)
    {
        var read = await reader.ReadAsync(Cancellation);
        var text = Encoding.UTF8.GetString(read.Buffer);
        reader.AdvanceTo(read.Buffer.End);
        return text;
    }
}
