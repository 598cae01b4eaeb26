using System.Net;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Live;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Rate limits of two web nodes over a real Redis.</summary>
public sealed class SharedLimitsTests : IAsyncDisposable
{
    private const int Limit = 6;

    // A token is refilled every ten seconds; a slow machine sees some of them.
    private const int WithRefills = Limit + 4;

    private RedisServer? redis;
    private Nodes? nodes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Writes_OnTwoNodes_AreCountedInSum()
    {
        await StartAsync();

        var admitted = await AdmittedAsync(nodes!.One, nodes.Other);

        Assert.InRange(admitted.Sum(), Limit, WithRefills);
        Assert.All(admitted, number => Assert.InRange(number, 1, WithRefills - 1));
    }

    [Fact]
    public async Task SignIn_OnTwoNodes_IsCountedInSum()
    {
        await StartAsync();
        using var one = nodes!.One.Browser();
        using var other = nodes.Other.Browser();
        var answers = new List<HttpStatusCode>();
        for (var attempt = 0; attempt < 2 * WithRefills && !answers.Contains(HttpStatusCode.TooManyRequests); attempt++)
        {
            using var answer = await (attempt % 2 == 0 ? one : other).SignInAsync("unknown@example.com", "not the right password");
            answers.Add(answer.StatusCode);
            Assert.True(answer.StatusCode == HttpStatusCode.OK || answer.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        }

        Assert.InRange(answers.Count(answer => answer == HttpStatusCode.OK), Limit, WithRefills);
        Assert.Contains(HttpStatusCode.TooManyRequests, answers);
    }

    [Fact]
    public async Task Redis_Killed_EachNodeHoldsTheLimitAndCountsInSumAgainLater()
    {
        await StartAsync();
        await redis!.KillAsync();
        await Nodes.UntilAsync(() => !Buckets(nodes!.One).IsUp && !Buckets(nodes.Other).IsUp);

        var alone = await AdmittedAsync(nodes!.One, nodes.Other);
        Assert.All(alone, number => Assert.InRange(number, Limit, WithRefills));

        // An empty Redis: the limit in sum, where each node alone has nothing left.
        await redis.ResumeAsync();
        await Nodes.UntilAsync(() => Buckets(nodes.One).IsUp && Buckets(nodes.Other).IsUp);
        Assert.InRange((await AdmittedAsync(nodes.One, nodes.Other)).Sum(), Limit, WithRefills);
    }

    [Fact]
    public async Task Allowance_OfV1_SaysWhatIsLeftOnAllNodes()
    {
        await StartAsync();
        var left = new List<string>();
        foreach (var node in (Studio[])[nodes!.One, nodes.Other])
        {
            using var client = node.CreateClient();
            using var answer = await client.PostAsync("/v1/images/generations", null, Cancellation);
            left.Add(Assert.Single(answer.Headers.GetValues("x-ratelimit-remaining-requests")));
        }

        Assert.Equal(["5", "4"], left);
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

    private static ISharedBuckets Buckets(Studio node) => node.Services.GetRequiredService<ISharedBuckets>();

    /// <summary>Writes to the nodes in turn until each has refused one; the number that each admitted.</summary>
    private static async Task<int[]> AdmittedAsync(params Studio[] studios)
    {
        var admitted = new int[studios.Length];
        var refused = new bool[studios.Length];
        while (refused.Contains(false))
        {
            for (var node = 0; node < studios.Length; node++)
            {
                if (!refused[node])
                {
                    using var client = studios[node].CreateClient();
                    using var answer = await client.DeleteAsync($"/api/jobs/{Guid.NewGuid()}", Cancellation);
                    Assert.Contains(answer.StatusCode, (HttpStatusCode[])[HttpStatusCode.NotFound, HttpStatusCode.TooManyRequests]);
                    refused[node] = answer.StatusCode == HttpStatusCode.TooManyRequests;
                    admitted[node] += refused[node] ? 0 : 1;
                }
            }
        }

        return admitted;
    }

    private async Task StartAsync()
    {
        redis = await RedisServer.StartAsync();
        nodes = await Nodes.StartAsync(redis.Address, studio =>
        {
            studio.Settings["RateLimits:WritesPerMinute"] = $"{Limit}";
            studio.Settings["RateLimits:SignInPerMinute"] = $"{Limit}";
        });
        await Nodes.UntilAsync(() => Buckets(nodes.One).IsUp && Buckets(nodes.Other).IsUp);
    }
}
