using System.Collections.Concurrent;
using System.Text;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using PromptCanvas.Cluster.Live;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Live;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Cluster.Tests.Live;

/// <summary>The line between nodes over a real Redis.</summary>
public sealed class RedisLineTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly List<ServiceProvider> nodes = [];
    private readonly List<IHostedService> started = [];
    private RedisServer? redis;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Send_ToAnotherNode_ArrivesThereAndNotHere()
    {
        var (one, other) = await TwoNodesAsync();
        var (here, there) = (new Heard(one, "job"), new Heard(other, "job"));

        await UntilAsync(() => one.Send("job", null, Bytes("hello")), () => there.Has("hello"));

        Assert.False(here.Has("hello"));
    }

    [Fact]
    public async Task Send_OfAnotherStudio_IsNotHeard()
    {
        var (one, other) = await TwoNodesAsync();
        var stranger = await NodeAsync(redis!.Address, prefix: "another");
        var (there, strange) = (new Heard(other, "job"), new Heard(stranger, "job"));

        await UntilAsync(() => one.Send("job", null, Bytes("hello")), () => there.Has("hello"));

        Assert.False(strange.Has("hello"));
    }

    [Fact]
    public async Task Hear_Disposed_HearsNothingMore()
    {
        var (one, other) = await TwoNodesAsync();
        var (first, second) = (new Heard(other, "job"), new Heard(other, "job"));
        await UntilAsync(() => one.Send("job", null, Bytes("hello")), () => first.Has("hello") && second.Has("hello"));

        first.Stop();
        await UntilAsync(() => one.Send("job", null, Bytes("again")), () => second.Has("again"));

        Assert.False(first.Has("again"));
    }

    [Fact]
    public async Task Send_RedisKilledAndStartedAgain_ArrivesAgainWithoutAnExceptionMeanwhile()
    {
        var (one, other) = await TwoNodesAsync();
        var there = new Heard(other, "job");
        await UntilAsync(() => one.Send("job", null, Bytes("before")), () => there.Has("before"));

        await redis!.KillAsync();
        await UntilAsync(() => one.Send("job", null, Bytes("lost")), () => !one.IsUp && !other.IsUp);

        // A node that subscribes meanwhile also receives it.
        var late = new Heard(other, "late");
        await redis.ResumeAsync();

        await UntilAsync(() => one.Send("job", null, Bytes("after")), () => there.Has("after"));
        await UntilAsync(() => one.Send("late", null, Bytes("after")), () => late.Has("after"));
        Assert.True(one.IsUp);
        Assert.All(nodes, node => Assert.Equal(0, node.GetRequiredService<BackgroundFaults>().Counts.Values.Sum()));
    }

    [Fact]
    public async Task Start_BeforeRedis_ConnectsWhenItComes()
    {
        redis = RedisServer.NotStarted();
        var one = await NodeAsync(redis.Address);
        var other = await NodeAsync(redis.Address);
        var there = new Heard(other, "job");
        one.Send("job", null, Bytes("early, which may be lost"));
        Assert.True(one.IsShared);
        Assert.False(one.IsUp);

        await redis.ResumeAsync();

        await UntilAsync(() => one.Send("job", null, Bytes("hello")), () => there.Has("hello"));
    }

    [Fact]
    public async Task Send_FrozenRedis_KeepsTheNewestOfAPlaceAndNoQueueOfOldOnes()
    {
        var (one, other) = await TwoNodesAsync();
        var there = new Heard(other, "job");
        await UntilAsync(() => one.Send("job", null, Bytes("before")), () => there.Has("before"));

        redis!.Freeze(true);
        for (var step = 0; step < 10_000; step++)
        {
            one.Send("job", "picture", Bytes($"step {step}"));
        }

        redis.Freeze(false);

        await UntilAsync(() => one.Send("job", null, Bytes("after")), () => there.Has("after"));
        Assert.InRange(there.Count("step"), 0, 100);
    }

    [Fact]
    public async Task Heard_ListenerThatThrows_DoesNotKeepItFromOthers()
    {
        var (one, other) = await TwoNodesAsync();
        using var faulty = other.Hear("job", _ => throw new InvalidOperationException("a test"));
        var there = new Heard(other, "job");

        await UntilAsync(() => one.Send("job", null, Bytes("hello")), () => there.Has("hello"));
    }

    [Fact]
    public void AddCluster_WithoutRedis_IsALineOfOneProcess()
    {
        var node = Node(new Dictionary<string, string?>());

        var line = Assert.IsType<LocalLine>(node.GetRequiredService<ILiveLine>());
        Assert.False(line.IsShared);
        Assert.True(line.IsUp);
        Assert.All(node.GetServices<IHostedService>(), service => Assert.IsType<IdleService>(service));
    }

    [Fact]
    public async Task AddCluster_AddressInAFile_IsRead()
    {
        var file = Path.GetTempFileName();
        await File.WriteAllTextAsync(file, "127.0.0.1:6379,password=secret\n", Cancellation);
        try
        {
            Assert.IsType<RedisLine>(Node(new Dictionary<string, string?> { ["Cluster:Redis_FILE"] = file }).GetRequiredService<ILiveLine>());
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData("abortConnect=maybe")]
    [InlineData("password=secret")]
    public void AddCluster_AddressThatIsNone_SaysSo(string address)
    {
        var fault = Assert.Throws<StartupException>(() => Node(new Dictionary<string, string?> { ["Cluster:Redis"] = address }).GetRequiredService<ILiveLine>());

        Assert.Contains("Cluster:Redis", fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", fault.Message, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var service in started)
        {
            await service.StopAsync(CancellationToken.None);
        }

        foreach (var node in nodes)
        {
            await node.DisposeAsync();
        }

        if (redis is not null)
        {
            await redis.DisposeAsync();
        }
    }

    private static byte[] Bytes(string text) => Encoding.UTF8.GetBytes(text);

    // What may be lost is sent until it arrives.
    private static async Task UntilAsync(Action send, Func<bool> isThere)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (!isThere())
        {
            send();
            await Task.Delay(20, patience.Token);
        }
    }

    private async Task<(ILiveLine One, ILiveLine Other)> TwoNodesAsync()
    {
        redis = await RedisServer.StartAsync();
        return (await NodeAsync(redis.Address), await NodeAsync(redis.Address));
    }

    private async Task<ILiveLine> NodeAsync(string address, string prefix = "promptcanvas")
    {
        var node = Node(new Dictionary<string, string?> { ["Cluster:Redis"] = address, ["Cluster:Prefix"] = prefix });
        foreach (var service in node.GetServices<IHostedService>())
        {
            await service.StartAsync(Cancellation);
            started.Add(service);
        }

        return node.GetRequiredService<ILiveLine>();
    }

    private ServiceProvider Node(Dictionary<string, string?> settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(settings).Build();
        var node = new ServiceCollection()
            .AddLogging()
            .AddSingleton<IConfiguration>(configuration)
            .AddSingleton(TimeProvider.System)
            .AddSingleton<BackgroundFaults>()
            .AddSingleton(provider => new Supervisor(provider.GetRequiredService<BackgroundFaults>(), null!, new DatabaseReturn(null!, new NoFaults(), provider.GetRequiredService<BackgroundFaults>(), TimeProvider.System), null!, TimeProvider.System))
            .AddCluster(configuration)
            .BuildServiceProvider();
        nodes.Add(node);
        return node;
    }

    private sealed class NoFaults : Data.IDatabaseFaults
    {
        public string? Describe(Exception fault) => null;

        public bool IsFull(Exception fault) => false;

        public bool IsConflict(Exception fault) => false;
    }

    private sealed class Heard
    {
        private readonly ConcurrentQueue<string> texts = new();
        private readonly IDisposable hearing;

        public Heard(ILiveLine line, string topic) => hearing = line.Hear(topic, message => texts.Enqueue(Encoding.UTF8.GetString(message.Span)));

        public bool Has(string text) => texts.Contains(text);

        public int Count(string beginning) => texts.Count(text => text.StartsWith(beginning, StringComparison.Ordinal));

        public void Stop() => hearing.Dispose();
    }
}
