using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text.Json;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Responses as events, and clients that disconnect.</summary>
public sealed class StreamTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly Studio studio = new()
    {
        // Abandoned jobs are cancelled at once; the grace period has its own tests.
        Settings = { ["OpenAi:GracePeriod"] = "00:00:00", ["OpenAi:GracePeriodOfRetries"] = "00:00:00" },
    };

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Generations_Streamed_GivesPartialPicturesThenTheFinishedOne()
    {
        // Previews sent before anyone watches are lost, so hold the engine.
        studio.Engine.Gate.Reset();
        studio.Engine.StepTime = TimeSpan.FromMilliseconds(25);
        using var client = studio.CreateClient();
        using var response = await OpenAsync(client, OpenAiCalls.Generations, JsonContent.Create(new { prompt = "streamed", stream = true, partial_images = 3 }));
        await WatchedAsync("streamed");
        studio.Engine.Gate.Set();

        var events = await EventsAsync(response);

        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var partials = events.Where(one => one.Type == "image_generation.partial_image").ToList();
        var completed = Assert.Single(events, one => one.Type == "image_generation.completed");
        Assert.Equal(events.Count, partials.Count + 1);
        Assert.Equal("image_generation.completed", events[^1].Type);
        Assert.Equal([0, 1, 2], partials.Select(one => one.Data.GetProperty("partial_image_index").GetInt32()));
        Assert.Equal([64, 256, 256], partials.Select(one => Side(one.Data)));
        Assert.Equal(1024, Side(completed.Data));
        foreach (var (type, data) in events)
        {
            Assert.Equal(type, data.GetProperty("type").GetString());
            Assert.Equal(("1024x1024", "auto", "opaque", "png"), (Text(data, "size"), Text(data, "quality"), Text(data, "background"), Text(data, "output_format")));
            Assert.True(data.GetProperty("created_at").GetInt64() > 1_700_000_000);
        }

        Assert.Equal(0, completed.Data.GetProperty("usage").GetProperty("input_tokens_details").GetProperty("image_tokens").GetInt32());
    }

    [Fact]
    public async Task Edits_StreamedWithoutPartials_GiveOneEventAPicture()
    {
        using var client = studio.CreateClient();
        using var form = OpenAiCalls.Form(("image", OpenAiCalls.Transparent(64)), ("prompt", "a cube"), ("size", "256x256"), ("stream", "true"), ("n", "2"), ("output_format", "webp"));
        using var response = await OpenAsync(client, OpenAiCalls.Edits, form);

        var events = await EventsAsync(response);

        Assert.Equal(["image_edit.completed", "image_edit.completed"], events.Select(one => one.Type));
        Assert.All(events, one => Assert.Equal((256, "webp"), (Side(one.Data), Text(one.Data, "output_format"))));
    }

    [Fact]
    public async Task Generations_StreamedAndFailed_SaysSoInTheStream()
    {
        studio.Engine.Failure = "The picture came out as not a number.";
        using var client = studio.CreateClient();
        using var response = await OpenAsync(client, OpenAiCalls.Generations, JsonContent.Create(new { prompt = "a cube", stream = true, size = "256x256" }));

        var (type, data) = Assert.Single(await EventsAsync(response));

        Assert.Equal("error", type);
        Assert.Equal("server_error", data.GetProperty("error").GetProperty("type").GetString());
        Assert.Contains("not a number", data.GetProperty("error").GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, await client.UsedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Client_HangsUp_CancelsTheJobAndIsGivenBack(bool streams)
    {
        studio.Engine.Gate.Reset();
        using var client = studio.CreateClient();
        using var line = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        var asked = client.PostAsJsonAsync(OpenAiCalls.Generations, new { prompt = "hung up", stream = streams, size = "256x256" }, line.Token);
        await UntilAsync("hung up", JobState.Running);
        Assert.Equal(1, await client.UsedAsync());

        await line.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await asked);
        await UntilAsync("hung up", JobState.Cancelled);
        Assert.Equal(0, await client.UsedAsync());
        studio.Engine.Gate.Set();
    }

    [Fact]
    public async Task Client_CutsTheStreamAfterAPartialPicture_CancelsTheJobAndIsGivenBack()
    {
        const int PriorAndDecoder = 15;
        studio.Engine.Gate.Reset();
        studio.Engine.ShowsWhileWaiting = true;
        using var client = studio.CreateClient();
        using var response = await OpenAsync(client, OpenAiCalls.Generations, JsonContent.Create(new { prompt = "cut", stream = true, partial_images = 3 }));
        await WatchedAsync("cut");
        studio.Engine.StepsBeforeGate = PriorAndDecoder;

        await using (var stream = await response.Content.ReadAsStreamAsync(Cancellation))
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(Patience);
            await foreach (var one in SseParser.Create(stream).EnumerateAsync(patience.Token))
            {
                Assert.Equal("image_generation.partial_image", one.EventType);
                break;
            }
        }

        response.Dispose();
        await UntilAsync("cut", JobState.Cancelled);
        Assert.Equal(0, await client.UsedAsync());

        // The job was cancelled: the client's retry is a new job.
        studio.Engine.Gate.Set();
        using var again = await OpenAsync(client, OpenAiCalls.Generations, JsonContent.Create(new { prompt = "cut", stream = true, partial_images = 3 }), retries: 1);
        Assert.Equal("image_generation.completed", (await EventsAsync(again))[^1].Type);
        Assert.Equal(1, await client.UsedAsync());
    }

    [Fact]
    public async Task JobEvents_GiveTheJobAtEachChangeAndItsPreviews()
    {
        studio.Engine.Gate.Reset();
        studio.Engine.StepTime = TimeSpan.FromMilliseconds(10);
        using var client = studio.CreateClient();
        var id = await client.StartJobAsync(count: 1);
        using var response = await client.GetAsync($"/api/jobs/{id}/events?previews=true", HttpCompletionOption.ResponseHeadersRead, Cancellation);
        await WatchedAsync("a red cube on top of a blue cube");
        studio.Engine.Gate.Set();

        var events = await EventsAsync(response);

        Assert.Equal("job", events[0].Type);
        Assert.Equal(("job", "done"), (events[^1].Type, Text(events[^1].Data, "state")));
        var preview = events.Last(one => one.Type == "preview").Data;
        Assert.Equal((0, "image/webp"), (preview.GetProperty("imageIndex").GetInt32(), Text(preview, "contentType")));
        Assert.InRange(preview.GetProperty("progress").GetDouble(), 0.1, 1);
        Assert.Contains(events.Where(one => one.Type == "preview"), one => one.Data.GetProperty("data").ValueKind == JsonValueKind.String);
    }

    private static string? Text(JsonElement data, string name) => data.GetProperty(name).GetString();

    private static int Side(JsonElement data) => PictureDecoder.Decode(data.GetProperty("b64_json").GetBytesFromBase64()).Width;

    private static Task<HttpResponseMessage> OpenAsync(HttpClient client, string path, HttpContent content, int retries = 0)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        request.Headers.Add("x-stainless-retry-count", $"{retries}");
        return client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, Cancellation);
    }

    private static async Task<List<(string Type, JsonElement Data)>> EventsAsync(HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        var events = new List<(string, JsonElement)>();
        await using var stream = await response.Content.ReadAsStreamAsync(patience.Token);
        await foreach (var one in SseParser.Create(stream).EnumerateAsync(patience.Token))
        {
            events.Add((one.EventType, JsonSerializer.Deserialize<JsonElement>(one.Data)));
        }

        return events;
    }

    private async Task WatchedAsync(string prompt)
    {
        await UntilAsync(prompt, JobState.Running);
        await using var database = await OpenAsync();
        var id = await database.Jobs.Where(job => job.Prompt == prompt).Select(job => job.Id).SingleAsync(Cancellation);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (!studio.Services.GetRequiredService<IPreviewBus>().HasWatchers(id))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private async Task UntilAsync(string prompt, JobState state)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        await using var database = await OpenAsync();
        while (!await database.Jobs.AnyAsync(job => job.Prompt == prompt && job.State == state, patience.Token))
        {
            await Task.Delay(10, patience.Token);
        }
    }

    private Task<AppDbContext> OpenAsync() => studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
}
