using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Every pair of two web nodes and three workers, over a real Redis.</summary>
public sealed class EveryPairTests : IAsyncDisposable
{
    private const int Workers = 3;

    private RedisServer? redis;
    private Nodes? nodes;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryWebNode_ShowsCancelsAndStopsTheWorkOfEveryWorker()
    {
        redis = await RedisServer.StartAsync();
        nodes = await Nodes.StartAsync(redis.Address, workers: Workers);
        foreach (var worker in nodes.Workers)
        {
            await Nodes.UntilAsync(() => worker.Engine is { Latest: not null, AtWork: 0 });
            worker.Engine.Gate.Reset();
            worker.Engine.ShowsWhileWaiting = true;
        }

        for (var number = 1; number <= Workers; number++)
        {
            await DrainOthersAsync(number);
            foreach (var (web, other) in (IEnumerable<(Studio, Studio)>)[(nodes.One, nodes.Other), (nodes.Other, nodes.One)])
            {
                await ShowAndCancelAsync(web, other, number);
                await SuspendAsync(web, other, nodes.Workers[number - 1]);
            }
        }

        await using var database = await nodes.One.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        Assert.Equal(4 * Workers, await database.Jobs.CountAsync(Cancellation));
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
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

    /// <summary>The job is started on one web node; the other one shows and cancels it.</summary>
    private async Task ShowAndCancelAsync(Studio web, Studio other, int number)
    {
        var worker = nodes!.Workers[number - 1];
        var job = await other.CreateClient().StartJobAsync(count: 1);
        var (connection, frames) = await web.WatchAsync(job);
        await using var line = connection;
        await frames.NextAsync(frame => frame.Bytes.Length > 0);
        using var client = web.CreateClient();
        Assert.Equal(Nodes.NameOf(number), (await client.JobAsync(job)).GetProperty("ranOn").GetString());

        using var answer = await client.DeleteAsync($"/api/jobs/{job}", Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        await frames.EndAsync();
        await Nodes.UntilAsync(() => worker.Engine.AtWork == 0);
    }

    /// <summary>A person's job is started on one web node; the other one suspends the person.</summary>
    private static async Task SuspendAsync(Studio web, Studio other, Studio worker)
    {
        var person = await other.PersonAsync($"{Guid.NewGuid():N}@example.com", PersonRoles.Member);
        using var client = other.ClientOf(person);
        await client.StartJobAsync(count: 1);
        await Nodes.UntilAsync(() => worker.Engine.AtWork == 1);

        using var administrator = web.Browser(web.Administrator.Cookie);
        using var done = await administrator.SendFormAsync("/admin/people", $"suspend-{person.Id}");

        Assert.Equal(HttpStatusCode.Found, done.StatusCode);
        await Nodes.UntilAsync(() => worker.Engine.AtWork == 0);
    }

    private async Task DrainOthersAsync(int number)
    {
        var machines = nodes!.One.Services.GetRequiredService<IMachines>();
        await Nodes.UntilAsync(() => machines.Counts is { Working: var working, Drained: var drained } && working + drained == Workers + 2);
        foreach (var machine in (await machines.LookAsync(Cancellation)).Where(machine => machine.IsWorker))
        {
            var isThis = machine.Node.Name == Nodes.NameOf(number);
            Assert.True((isThis ? await machines.UndrainAsync(machine.Node.Id, Cancellation) : await machines.DrainAsync(machine.Node.Id, Cancellation)).TryGet(out _, out _));
        }
    }
}
