using System.Text.Json;

using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Previews;

public sealed class GenerationHubTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_ARunningJob_StreamsEveryPictureUntilItIsOver(bool messagePack)
    {
        await using var connection = await ConnectAsync(messagePack);
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync(count: 2);

        var frames = new List<PreviewMessage>();
        await foreach (var frame in connection.StreamAsync<PreviewMessage>("Watch", id, TestContext.Current.CancellationToken))
        {
            frames.Add(frame);
            studio.Engine.Gate.Set();
        }

        Assert.All(frames, frame => Assert.Equal(id, frame.JobId));
        Assert.Equal([0, 1], frames.Select(frame => frame.ImageIndex).Distinct().Order());
        var pictures = frames.Where(frame => frame.Bytes.Length > 0).ToList();
        Assert.NotEmpty(pictures);
        Assert.All(pictures, frame =>
        {
            Assert.Equal("image/webp", frame.ContentType);

            // The decoder's 64 pixels, which a frame of the next stage without a picture of its own carries on; upsampling shows half the size asked for.
            Assert.Contains(frame.Width, (int[])[32, 64]);
            Assert.InRange(frame.Step, 1, frame.Steps);
            Assert.Contains(frame.Stage, (string[])["decoder", "superResolution256", "superResolution1024"]);
        });
    }

    [Theory]
    [InlineData(HttpTransportType.ServerSentEvents)]
    [InlineData(HttpTransportType.LongPolling)]
    public async Task Watch_WithoutWebSockets_GivesPicturesInBase64(HttpTransportType transport)
    {
        await using var connection = await ConnectAsync(messagePack: false, transport);
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync(count: 1);
        var pictures = new List<byte[]>();
        await foreach (var frame in connection.StreamAsync<JsonElement>("Watch", id, TestContext.Current.CancellationToken))
        {
            pictures.Add(frame.GetProperty("bytes").GetBytesFromBase64());
            studio.Engine.Gate.Set();
        }

        Assert.Contains(pictures, picture => picture.Length > 0);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Watch_JoinedLate_GivesTheLatestFrameOfEveryPictureFirst(bool messagePack)
    {
        await using var early = await ConnectAsync(messagePack: true);
        await using var late = await ConnectAsync(messagePack);
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync(count: 2);
        var seen = new HashSet<int>();
        await foreach (var frame in early.StreamAsync<PreviewMessage>("Watch", id, TestContext.Current.CancellationToken))
        {
            if (frame is { Stage: "decoder", Step: 2 } && seen.Add(frame.ImageIndex) && seen.Count == 2)
            {
                break;
            }
        }

        // The engine is paused, so every frame received was buffered.
        var first = new List<PreviewMessage>();
        await foreach (var frame in late.StreamAsync<PreviewMessage>("Watch", id, TestContext.Current.CancellationToken))
        {
            first.Add(frame);
            if (first.Count == 2)
            {
                break;
            }
        }

        Assert.Equal([0, 1], first.Select(frame => frame.ImageIndex).Order());
        Assert.All(first, frame => Assert.Equal(("decoder", 2), (frame.Stage, frame.Step)));
        studio.Engine.Gate.Set();
        await client.EndOfJobAsync(id);
    }

    [Fact]
    public async Task Watch_OverJson_HasTheMembersThatAreFixed()
    {
        await using var connection = await ConnectAsync(messagePack: false);
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync(count: 1);
        JsonElement frame = default;
        await foreach (var item in connection.StreamAsync<JsonElement>("Watch", id, TestContext.Current.CancellationToken))
        {
            frame = item;
            break;
        }

        Assert.Equal(
            ["jobId", "imageIndex", "stage", "step", "steps", "progress", "width", "height", "contentType", "bytes"],
            frame.EnumerateObject().Select(member => member.Name));
        studio.Engine.Gate.Set();
        await client.EndOfJobAsync(id);
    }

    [Fact]
    public async Task Watch_AnUnknownJob_IsRefusedInOneSentence()
    {
        await using var connection = await ConnectAsync(messagePack: true);

        var refusal = await Assert.ThrowsAsync<HubException>(async () =>
        {
            await foreach (var frame in connection.StreamAsync<PreviewMessage>("Watch", Guid.NewGuid(), TestContext.Current.CancellationToken))
            {
                Assert.Null(frame);
            }
        });
        Assert.Contains("There is no job with this id.", refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WatchQueue_FromQueuedToDone_TellsEachState(bool messagePack)
    {
        await using var connection = await ConnectAsync(messagePack);
        studio.Engine.Gate.Reset();
        var id = await client.StartJobAsync(count: 2);

        QueueUpdate? last = null;
        await foreach (var update in connection.StreamAsync<QueueUpdate>("WatchQueue", TestContext.Current.CancellationToken))
        {
            last = update.JobId == id ? update : last;
            if (last?.State is "done")
            {
                break;
            }

            studio.Engine.Gate.Set();
        }

        Assert.Equal(2, last?.CompletedImages);
    }

    private async Task<HubConnection> ConnectAsync(bool messagePack, HttpTransportType? transport = null)
    {
        var builder = new HubConnectionBuilder().WithUrl(
            new Uri(studio.Server.BaseAddress, "hubs/generation"),
            options =>
            {
                options.HttpMessageHandlerFactory = _ => studio.Server.CreateHandler();
                options.Transports = transport ?? options.Transports;
                options.AccessTokenProvider = () => Task.FromResult<string?>(studio.Administrator.Key);
            });
        if (messagePack)
        {
            builder.AddMessagePackProtocol();
        }

        var connection = builder.Build();
        await connection.StartAsync(TestContext.Current.CancellationToken);
        return connection;
    }
}
