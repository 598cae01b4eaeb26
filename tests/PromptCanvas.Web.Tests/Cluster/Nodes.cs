using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Live;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>One studio of two web nodes and workers, on one database and one data folder.</summary>
internal sealed class Nodes : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("promptcanvas-nodes-");

    private Nodes(string? redis, Action<Studio>? change, int workers)
    {
        One = Node("Web", redis, change);
        Other = Node("Web", redis, change);
        Workers = [.. Enumerable.Range(1, workers).Select(number => Node("Worker", redis, studio =>
        {
            studio.Settings["Studio:Node"] = NameOf(number);
            change?.Invoke(studio);
        }))];
    }

    public Studio One { get; }

    public Studio Other { get; }

    public Studio Worker => Workers[0];

    public IReadOnlyList<Studio> Workers { get; }

    public string Folder => folder.FullName;

    /// <param name="redis">The address of a Redis; null = the nodes share only the database.</param>
    /// <param name="change">Changes the settings of each node.</param>
    /// <param name="workers">Number of workers.</param>
    public static async Task<Nodes> StartAsync(string? redis, Action<Studio>? change = null, int workers = 1)
    {
        var nodes = new Nodes(redis, change, workers);
        foreach (var node in (Studio[])[nodes.One, nodes.Other, .. nodes.Workers])
        {
            _ = node.Server;
        }

        nodes.Other.Use(nodes.One.Administrator);
        if (redis is not null)
        {
            await UntilAsync(() => nodes.One.Line().IsUp && nodes.Other.Line().IsUp && nodes.Workers.All(worker => worker.Line().IsUp));
        }

        return nodes;
    }

    /// <summary>The name of a worker.</summary>
    /// <param name="number">From 1.</param>
    public static string NameOf(int number) => $"worker-{number}";

    public static async Task UntilAsync(Func<bool> isTrue)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!isTrue())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var worker in Workers)
        {
            worker.Engine.Gate.Set();
            await worker.DisposeAsync();
        }

        await Other.DisposeAsync();
        await One.DisposeAsync();
        folder.Delete(recursive: true);
    }

    private Studio Node(string role, string? redis, Action<Studio>? change)
    {
        var studio = new Studio(folder.FullName)
        {
            Settings =
            {
                ["Studio:Roles"] = role,
                ["Generation:SharedQueue"] = "true",

                // Heartbeats are so rare that only signals can be quick.
                ["Generation:Lease"] = "00:10:00",
                ["Cluster:Redis"] = redis,
            },
        };
        studio.Engine.RunsHere = role == "Worker";
        change?.Invoke(studio);
        return studio;
    }
}

internal static class NodeCalls
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    public static ILiveLine Line(this Studio studio) => studio.Services.GetRequiredService<ILiveLine>();

    /// <summary>Watches a job's previews on this node, as a page does.</summary>
    public static async Task<(HubConnection Connection, IAsyncEnumerator<PreviewMessage> Frames)> WatchAsync(this Studio studio, Guid jobId)
    {
        var cancellation = TestContext.Current.CancellationToken;
        var connection = new HubConnectionBuilder().WithUrl(new Uri(studio.Server.BaseAddress, "hubs/generation"), options =>
        {
            options.HttpMessageHandlerFactory = _ => studio.Server.CreateHandler();
            options.AccessTokenProvider = () => Task.FromResult<string?>(studio.Administrator.Key);
        }).AddMessagePackProtocol().Build();
        await connection.StartAsync(cancellation);
        return (connection, connection.StreamAsync<PreviewMessage>("Watch", jobId, cancellation).GetAsyncEnumerator(cancellation));
    }

    /// <summary>The next frame that is as expected; fails if the stream ends before.</summary>
    public static async Task<PreviewMessage> NextAsync(this IAsyncEnumerator<PreviewMessage> frames, Func<PreviewMessage, bool> expected)
    {
        while (await frames.MoveNextAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken))
        {
            if (expected(frames.Current))
            {
                return frames.Current;
            }
        }

        throw new InvalidOperationException("The stream ended.");
    }

    /// <summary>Reads the stream to its end.</summary>
    public static async Task EndAsync(this IAsyncEnumerator<PreviewMessage> frames)
    {
        while (await frames.MoveNextAsync().AsTask().WaitAsync(Patience, TestContext.Current.CancellationToken))
        {
            Assert.NotEqual(Guid.Empty, frames.Current.JobId);
        }
    }
}
