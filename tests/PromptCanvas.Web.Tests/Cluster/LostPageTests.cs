using Microsoft.AspNetCore.Components.Server;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Pages whose connection was away for longer than their node keeps them.</summary>
public sealed class LostPageTests : IAsyncDisposable
{
    private RedisServer? redis;
    private Nodes? nodes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Page_AwayForTooLong_IsResumedOnTheOtherNode()
    {
        redis = await RedisServer.StartAsync();
        nodes = await Nodes.StartAsync(redis.Address, Forgetful);
        var cookie = nodes.One.Administrator.Cookie;
        var (line, circuit) = await CircuitLine.OpenAsync(nodes.One, cookie, Cancellation);
        await line.DisposeAsync();

        Assert.NotNull(await ResumedAsync(nodes.Other, cookie, circuit));
    }

    [Fact]
    public async Task Page_AwayForTooLong_WithoutRedis_IsToldSo()
    {
        nodes = await Nodes.StartAsync(redis: null, Forgetful);
        var cookie = nodes.One.Administrator.Cookie;
        var (line, circuit) = await CircuitLine.OpenAsync(nodes.One, cookie, Cancellation);
        await line.DisposeAsync();

        var (other, resumed) = await CircuitLine.ResumeAsync(nodes.Other, cookie, circuit, Cancellation);
        await using var page = other;
        Assert.Null(resumed);
    }

    public async ValueTask DisposeAsync()
    {
        if (nodes is not null)
        {
            await nodes.DisposeAsync();
        }

        if (redis is not null)
        {
            await redis.DisposeAsync();
        }
    }

    // A node keeps a page only for a moment, then writes its state down.
    private static void Forgetful(Studio studio) => studio.Change = services => services.PostConfigure<CircuitOptions>(options => options.DisconnectedCircuitRetentionPeriod = TimeSpan.FromMilliseconds(1));

    private static async Task<string?> ResumedAsync(Studio studio, string cookie, string circuit)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(30));
        while (true)
        {
            var (line, resumed) = await CircuitLine.ResumeAsync(studio, cookie, circuit, patience.Token);
            await line.DisposeAsync();
            if (resumed is not null)
            {
                return resumed;
            }

            await Task.Delay(50, patience.Token);
        }
    }
}
