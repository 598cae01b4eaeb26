using PromptCanvas.Cluster.Limits;
using PromptCanvas.Cluster.Live;
using PromptCanvas.Generation.Live;
using StackExchange.Redis;

namespace PromptCanvas.Cluster.Tests.Limits;

/// <summary>Token buckets of several nodes in a real Redis.</summary>
public sealed class RedisBucketsTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly SharedBucket Five = new("sign-in 203.0.113.7 ADA@EXAMPLE.COM", 5, TimeSpan.FromHours(1), 0);
    private readonly List<RedisConnection> connections = [];
    private RedisServer? redis;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Take_OnTwoNodes_CountsTheSum()
    {
        var (one, other) = await TwoNodesAsync();
        for (var left = 4; left >= 0; left--)
        {
            var token = await (left % 2 == 0 ? one : other).TakeAsync(Five, Cancellation);
            Assert.Equal((true, TimeSpan.Zero, left), (token!.Value.IsTaken, token.Value.Wait, token.Value.Left));
        }

        foreach (var node in (ISharedBuckets[])[one, other])
        {
            var refused = await node.TakeAsync(Five, Cancellation);
            Assert.False(refused!.Value.IsTaken);
            Assert.InRange(refused.Value.Wait, TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(12));
        }

        Assert.True((await one.TakeAsync(Five with { Name = "another" }, Cancellation))!.Value.IsTaken);
    }

    [Fact]
    public async Task Take_WhereRequestsMayWait_GivesEachItsTurn()
    {
        var (one, other) = await TwoNodesAsync();
        var bucket = new SharedBucket("burst", 1, TimeSpan.FromMinutes(1), 2);

        var taken = new List<SharedToken>();
        foreach (var node in (ISharedBuckets[])[one, other, one, other])
        {
            taken.Add((await node.TakeAsync(bucket, Cancellation))!.Value);
        }

        Assert.Equal([true, true, true, false], taken.Select(token => token.IsTaken));
        Assert.Equal(TimeSpan.Zero, taken[0].Wait);
        Assert.InRange(taken[1].Wait, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        Assert.InRange(taken[2].Wait - taken[1].Wait, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
        Assert.InRange(taken[3].Wait, TimeSpan.FromSeconds(30), TimeSpan.FromSeconds(60));
    }

    [Fact]
    public async Task Take_RedisKilledAndStartedAgain_AnswersNothingMeanwhileAndCountsAgain()
    {
        var (one, other) = await TwoNodesAsync();
        Assert.NotNull(await one.TakeAsync(Five, Cancellation));

        await redis!.KillAsync();
        await UntilAsync(async () => await one.TakeAsync(Five, Cancellation) is null && await other.TakeAsync(Five, Cancellation) is null);
        await redis.ResumeAsync();

        await UntilAsync(async () => await one.TakeAsync(Five, Cancellation) is not null);
        await UntilAsync(async () => await other.TakeAsync(Five, Cancellation) is { IsTaken: false });
    }

    [Fact]
    public async Task Take_FrozenRedis_AnswersNothingAndRests()
    {
        var (one, _) = await TwoNodesAsync();
        redis!.Freeze(true);
        try
        {
            Assert.Null(await one.TakeAsync(Five, Cancellation));
            Assert.False(one.IsUp);
        }
        finally
        {
            redis.Freeze(false);
        }

        await UntilAsync(async () => await one.TakeAsync(Five, Cancellation) is not null);
    }

    [Fact]
    public async Task Take_BeforeRedisIsThere_AnswersNothing()
    {
        redis = RedisServer.NotStarted();
        var one = Node();
        Assert.Null(await one.TakeAsync(Five, Cancellation));

        await redis.ResumeAsync();

        await UntilAsync(async () => await one.TakeAsync(Five, Cancellation) is not null);
    }

    [Fact]
    public async Task Keys_InRedis_NameNoPersonAndExpire()
    {
        var (one, _) = await TwoNodesAsync();
        await one.TakeAsync(Five, Cancellation);
        var multiplexer = await connections[0].OpenAsync();

        var key = Assert.Single(multiplexer.GetServers().Single().Keys());

        Assert.Matches("^studio:bucket:[0-9a-f]{64}$", key.ToString());
        Assert.InRange((await multiplexer.GetDatabase().KeyTimeToLiveAsync(key))!.Value, TimeSpan.FromMinutes(11), TimeSpan.FromMinutes(12));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var connection in connections)
        {
            await connection.DisposeAsync();
        }

        if (redis is not null)
        {
            await redis.DisposeAsync();
        }
    }

    private static async Task UntilAsync(Func<Task<bool>> isTrue)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (!await isTrue())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private async Task<(RedisBuckets One, RedisBuckets Other)> TwoNodesAsync()
    {
        redis = await RedisServer.StartAsync();
        var (one, other) = (Node(), Node());
        await UntilAsync(() => Task.FromResult(one.IsUp && other.IsUp));
        return (one, other);
    }

    private RedisBuckets Node()
    {
        var connection = new RedisConnection(RedisSettings.Of(redis!.Address));
        connections.Add(connection);
        return new RedisBuckets(connection, "studio", TimeProvider.System);
    }
}
