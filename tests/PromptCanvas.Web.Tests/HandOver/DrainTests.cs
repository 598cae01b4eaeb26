using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.JSInterop;
using PromptCanvas.Web.HandOver;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Faults;

namespace PromptCanvas.Web.Tests.HandOver;

/// <summary>A web node that leaves while others stay.</summary>
public sealed class DrainTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-drain-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Node_ThatLeaves_IsNotReadyAndServesItsPages()
    {
        await using var node = Node(notice: 60);
        using var client = node.CreateClient();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/ready"));

        node.Services.GetRequiredService<Drain>().Begin();

        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(client, "/health/ready"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/api/jobs"));
        Assert.False(node.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Fact]
    public async Task Node_WithoutPages_SendsEverybodyAwayBeforeItStops()
    {
        await using var node = Node(notice: 10);
        using var client = node.CreateClient();

        node.Services.GetRequiredService<Drain>().Begin();
        var seen = new HashSet<HttpStatusCode>();
        while (!seen.Contains(HttpStatusCode.ServiceUnavailable))
        {
            seen.Add(await StatusAsync(client, "/health/ready"));
            await Task.Delay(50, Cancellation);
        }

        Assert.Equal([HttpStatusCode.NotFound, HttpStatusCode.ServiceUnavailable], seen);
        Assert.False(node.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested);
    }

    [Theory]
    [InlineData(3, 20, 3)]
    [InlineData(10, 20, 5)]
    [InlineData(60, 20, 0)]
    [InlineData(0, 20, 0)]
    public async Task Rest_LeavesTimeForThePages(int notice, int limit, int expected)
    {
        await using var node = Node(notice);
        node.Settings["Drain:Seconds"] = $"{limit}";

        Assert.Equal(TimeSpan.FromSeconds(expected), node.Services.GetRequiredService<Drain>().Rest);
    }

    [Fact]
    public async Task Node_WithoutPages_StopsAfterTheNotice()
    {
        await using var node = Node(notice: 0);
        _ = node.Server;
        var stopped = new TaskCompletionSource();
        await using var registration = node.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopped.SetResult);

        node.Services.GetRequiredService<Drain>().Begin();

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
    }

    [Fact]
    public async Task Node_WithAPageThatDoesNotMove_StopsAtTheLimit()
    {
        await using var node = Node(notice: 0);
        node.Settings["Drain:Seconds"] = "1";
        var page = new StayingPage();
        node.Services.GetRequiredService<OpenPages>().Add("a page", page);
        var stopped = new TaskCompletionSource();
        await using var registration = node.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopped.SetResult);

        node.Services.GetRequiredService<Drain>().Begin();

        await stopped.Task.WaitAsync(TimeSpan.FromSeconds(30), Cancellation);
        Assert.Equal(["moveToAnotherNode"], page.Calls);
    }

    [Theory]
    [InlineData("Web,Worker", "false", false)]
    [InlineData("Web,Worker", "true", true)]
    [InlineData("Web", "true", true)]
    [InlineData("Worker", "true", false)]
    public async Task Drain_IsForWebNodesThatAreNotAlone(string roles, string shared, bool isPossible)
    {
        await using var node = new Studio(folder) { Settings = { ["Studio:Roles"] = roles, ["Generation:SharedQueue"] = shared } };

        Assert.Equal(isPossible, node.Services.GetRequiredService<Drain>().IsPossible);
        Assert.Equal(isPossible, node.Services.GetRequiredService<IHostLifetime>() is DrainingLifetime);
    }

    [Fact]
    public async Task Terminate_ARealWebNode_LeavesAndASecondTimeStopsAtOnce()
    {
        Assert.SkipUnless(Directory.Exists(StudioProcess.Starter), "This checkout has no models/starter yet.");
        await using var node = await StudioProcess.StartAsync(
            folder, "", new Dictionary<string, string?> { ["Studio:Roles"] = "Web", ["Generation:SharedQueue"] = "true", ["Drain:NoticeSeconds"] = "60", ["Drain:Seconds"] = "600" });
        using var client = node.Client(null);

        node.Terminate();
        while (await StatusAsync(client, "/health/ready") != HttpStatusCode.NotFound)
        {
            await Task.Delay(50, Cancellation);
        }

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(client, "/health/live"));
        node.Terminate();
        Assert.Equal(0, await node.ExitAsync());
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task<HttpStatusCode> StatusAsync(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(path, Cancellation);
        return answer.StatusCode;
    }

    private sealed class StayingPage : IJSRuntime
    {
        public List<string> Calls { get; } = [];

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, object?[]? args) => InvokeAsync<TValue>(identifier, CancellationToken.None, args);

        public ValueTask<TValue> InvokeAsync<TValue>(string identifier, CancellationToken cancellationToken, object?[]? args)
        {
            Calls.Add(identifier);
            return ValueTask.FromResult(default(TValue)!);
        }
    }

    private Studio Node(int notice) => new(folder)
    {
        Settings = { ["Studio:Roles"] = "Web", ["Generation:SharedQueue"] = "true", ["Drain:NoticeSeconds"] = $"{notice}", ["Drain:Seconds"] = "600" },
    };
}
