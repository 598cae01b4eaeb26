using System.Net;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Client;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Limits on connections that stay open.</summary>
public sealed class LineLimitTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [InlineData("Lines:PerPerson", false)]
    [InlineData("Lines:PerAddress", true)]
    public async Task EventStreams_MoreThanTheLimit_AreRefusedUntilOneEnds(string limit, bool othersToo)
    {
        studio.Settings[limit] = "2";
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();
        var path = $"/api/jobs/{await client.StartJobAsync()}/events";
        using var other = studio.ClientOf(await studio.PersonAsync("other@example.com", PersonRoles.Member));
        var open = new List<HttpResponseMessage>();
        for (var line = 0; line < 2; line++)
        {
            open.Add(await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation));
        }

        using var refused = await client.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation);
        using var others = await other.GetAsync(path, HttpCompletionOption.ResponseHeadersRead, Cancellation);

        Assert.All(open, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
        Assert.Equal(HttpStatusCode.TooManyRequests, refused.StatusCode);
        Assert.Contains("Too many connections are open", await refused.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
        Assert.True(refused.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal(othersToo ? HttpStatusCode.TooManyRequests : HttpStatusCode.NotFound, others.StatusCode);
        studio.Engine.Gate.Set();
        foreach (var answer in open)
        {
            await answer.Content.ReadAsStringAsync(Cancellation);
            answer.Dispose();
        }

        using var again = await client.GetAsync(path, Cancellation);
        Assert.Equal(HttpStatusCode.OK, again.StatusCode);
    }

    [Fact]
    public async Task HubConnections_MoreThanTheLimit_AreRefused()
    {
        studio.Settings["Lines:PerPerson"] = "2";
        await using var first = await ConnectAsync();

        await Assert.ThrowsAnyAsync<Exception>(async () =>
        {
            for (var line = 0; line < 5; line++)
            {
                await ConnectAsync();
            }
        });
    }

    [Fact]
    public async Task Streams_MoreThanTheLimit_AreRefusedInOneSentence()
    {
        studio.Settings["Lines:StreamsPerPerson"] = "2";
        await using var connection = await ConnectAsync();
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();
        await client.StartJobAsync();
        for (var stream = 0; stream < 2; stream++)
        {
            var updates = connection.StreamAsync<QueueUpdate>("WatchQueue", Cancellation).GetAsyncEnumerator(Cancellation);
            Assert.True(await updates.MoveNextAsync());
        }

        var refusal = await Assert.ThrowsAsync<HubException>(async () =>
            await connection.StreamAsync<QueueUpdate>("WatchQueue", Cancellation).GetAsyncEnumerator(Cancellation).MoveNextAsync());

        Assert.Contains("Too many streams are open", refusal.Message, StringComparison.Ordinal);
        studio.Engine.Gate.Set();
    }

    private async Task<HubConnection> ConnectAsync()
    {
        var connection = new HubConnectionBuilder().WithUrl(new Uri(studio.Server.BaseAddress, "hubs/generation"), options =>
        {
            options.HttpMessageHandlerFactory = _ => studio.Server.CreateHandler();
            options.AccessTokenProvider = () => Task.FromResult<string?>(studio.Administrator.Key);
        }).Build();
        await connection.StartAsync(Cancellation);
        return connection;
    }
}
