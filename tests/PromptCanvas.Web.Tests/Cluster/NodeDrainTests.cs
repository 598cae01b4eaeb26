using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A worker drained from a web node, over the database alone.</summary>
public sealed class NodeDrainTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Drain_OfTheOnlyWorker_HandsItsJobBack_AndItsRestartedRunEndsAfterwards()
    {
        await using var nodes = await Nodes.StartAsync(redis: null);
        var machines = nodes.One.Services.GetRequiredService<IMachines>();
        nodes.Worker.Engine.Gate.Reset();
        var client = nodes.One.CreateClient();
        var job = await client.StartJobAsync(count: 1);
        await Nodes.UntilAsync(() => nodes.Worker.Engine.AtWork > 0);
        await Nodes.UntilAsync(() => nodes.One.Services.GetRequiredService<IMachines>().Counts.Working == 3);
        var worker = Assert.Single(await machines.LookAsync(Cancellation), machine => machine.IsWorker);
        Assert.False(worker.IsWeb);

        Assert.True((await machines.DrainAsync(worker.Node.Id, Cancellation)).TryGet(out _, out _));
        await Nodes.UntilAsync(() => nodes.Worker.Engine.AtWork == 0);
        nodes.Worker.Engine.Gate.Set();
        while ((await client.JobAsync(job)).GetProperty("state").GetString() != "queued")
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation);
        }

        Assert.True((await machines.UndrainAsync(worker.Node.Id, Cancellation)).TryGet(out _, out _));
        Assert.Equal("done", (await client.EndOfJobAsync(job)).GetProperty("state").GetString());
    }
}
