using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Nodes;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>What the nodes report, and draining and forgetting them.</summary>
public sealed class MachinesTests(PostgresServer server) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Report_SaysWhatTheNodeHasAndDid(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        studios.One.Engines.Loaded = ["starter"];
        studios.One.Get<OwnPictures>().Add("starter", "generate", 64, 2.5);
        studios.One.Clock.Advance(IMachines.RecentWindow);
        studios.One.Get<OwnPictures>().Add("starter", "generate", 64, 2.5);
        await studios.ReportAsync();

        var machines = await studios.Other.Get<IMachines>().LookAsync(Cancellation);

        Assert.Equal([("one", false, true, true), ("other", false, true, true)], machines.Select(machine => (machine.Node.Name, machine.IsSilent, machine.IsWorker, machine.IsWeb)));
        var node = machines[0].Node;
        Assert.Equal(["karlo", "starter"], Node.NamesOf(node.Models));
        Assert.Equal(["starter"], Node.NamesOf(node.LoadedModels));
        Assert.Equal((1, 0), (node.RecentPictures, node.RunningJobs));
        Assert.True(node.MemoryBytes > 0 && node.Version.Length > 0);
        Assert.Equal(new NodeCounts(Working: 2, Drained: 0, Silent: 0), studios.One.Get<IMachines>().Counts);
    }

    [Fact]
    public async Task Report_ClockOff_EveryNodeKnows()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        var now = studios.One.Clock.GetUtcNow();
        studios.One.Get<StudioClock>().Compare(now, now.AddHours(-1));
        await studios.ReportAsync();

        Assert.Equal(
            [("one", -3600, true), ("other", 0, false)],
            (await studios.Other.Get<IMachines>().LookAsync(Cancellation)).Select(machine => (machine.Node.Name, machine.Node.ClockSeconds, machine.IsClockWrong)));
        Assert.Equal(["one"], studios.Other.Get<IMachines>().WrongClocks);

        studios.One.Get<StudioClock>().Compare(now, now);
        await studios.ReportAsync();

        Assert.Empty(studios.Other.Get<IMachines>().WrongClocks);
    }

    [Fact]
    public async Task Report_ClockComparedWithTheDatabase_IsRightAgain()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.PostgreSql);
        var now = studios.One.Clock.GetUtcNow();
        studios.One.Get<StudioClock>().Compare(now, now.AddHours(1));

        await studios.ReportAsync();

        // Both are on this machine.
        Assert.Equal(TimeSpan.Zero, studios.One.Get<StudioClock>().Ahead);
        Assert.Empty(studios.Other.Get<IMachines>().WrongClocks);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Drain_HandsTheJobBack_WhichAnotherNodeContinues(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider, new FakeLines());
        var gate = new Gate();
        studios.One.Engine.BeforeImage = (_, index, token) => index == 1 ? gate.PassAsync(token) : Task.CompletedTask;
        await studios.One.StartAsync();
        var id = await studios.One.SubmitAsync(TestRequests.Fox(count: 3));
        await studios.One.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);
        await gate.Reached;

        // The signal reaches the node at once; the clock does not move.
        Assert.True((await studios.Other.Get<IMachines>().DrainAsync(studios.One.NodeId(), Cancellation)).TryGet(out var name, out _));
        Assert.Equal("one", name);
        var handedBack = await studios.One.WaitAsync(id, JobState.Queued);
        Assert.Equal([JobPictureState.Done, JobPictureState.Queued, JobPictureState.Queued], handedBack.Images.Select(image => image.State));
        Assert.Equal("one", handedBack.RanOn);
        Assert.Empty(await studios.One.ClaimedAsync());

        await studios.Other.StartAsync();
        var done = await studios.Other.WaitAsync(id, JobState.Done);
        Assert.Equal([1, 2], Assert.Single(studios.Other.Engine.Requests).ImageIndices!);
        Assert.Equal("other", done.RanOn);
        await using var database = studios.Other.OpenDatabase();
        Assert.Equal(0, (await database.Jobs.SingleAsync(Cancellation)).CrashCount);
        await studios.Other.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Drain_SignalLost_ClaimsNothingAtOnce_AndStopsAtTheNextReport(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        await studios.ReportAsync();
        await studios.One.SubmitAsync(TestRequests.Fox());
        Assert.True((await studios.Other.Get<IMachines>().DrainAsync(studios.One.NodeId(), Cancellation)).TryGet(out _, out _));

        Assert.Empty(await studios.One.ClaimedAsync());
        Assert.False(studios.One.Get<ThisNode>().IsDrained);
        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.True(studios.One.Get<ThisNode>().IsDrained);
        Assert.Equal(new NodeCounts(Working: 1, Drained: 1, Silent: 0), studios.One.Get<IMachines>().Counts);

        Assert.True((await studios.Other.Get<IMachines>().UndrainAsync(studios.One.NodeId(), Cancellation)).TryGet(out _, out _));
        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Single(await studios.One.ClaimedAsync());
    }

    [Fact]
    public async Task Drain_SingleProcess_StopsItsJob_UntilItTakesJobsAgain()
    {
        await using var studio = new Studio(folder.Path);
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        var machines = studio.Get<IMachines>();
        var id = await studio.SubmitAsync(TestRequests.Fox());
        await gate.Reached;
        var only = Assert.Single(await machines.LookAsync(Cancellation));

        Assert.True((await machines.DrainAsync(only.Node.Id, Cancellation)).TryGet(out _, out _));
        var waiting = await studio.WaitAsync(id, JobState.Queued);
        Assert.NotNull(Assert.Single(await machines.LookAsync(Cancellation)).Node.DrainedAt);
        Assert.Equal("No machine that makes pictures with this model is available; it waits for one.", waiting.Why!.Sentence);
        Assert.Null(waiting.EtaSeconds);

        gate.Open();
        Assert.True((await machines.UndrainAsync(only.Node.Id, Cancellation)).TryGet(out _, out _));
        await studio.WaitAsync(id, JobState.Done);
        await using var database = studio.OpenDatabase();
        Assert.False(await database.Nodes.AnyAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Forget_NodeThatStopped_RemovesIt_AndNoOther(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        await studios.ReportAsync();
        var machines = studios.One.Get<IMachines>();
        Assert.False((await machines.ForgetAsync(studios.Other.NodeId(), Cancellation)).TryGet(out _, out var refusal));
        Assert.StartsWith("Only a machine that stopped reporting can be forgotten", refusal.Message, StringComparison.Ordinal);

        await SharedStudios.SilenceAsync(studios.Other);
        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);

        Assert.Equal("other", Assert.Single(machines.Silent).Name);
        Assert.True((await machines.LookAsync(Cancellation))[1].IsSilent);
        await studios.One.Log.SaysAsync("Node other stopped reporting").WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.True((await machines.ForgetAsync(studios.Other.NodeId(), Cancellation)).TryGet(out var name, out _));
        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Equal("other", name);
        Assert.Empty(machines.Silent);
        Assert.Equal("one", Assert.Single(await machines.LookAsync(Cancellation)).Node.Name);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Node_ThatCrashedAndWasStartedAgain_TakesThePlaceOfItsEarlierProcess(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        await studios.ReportAsync();
        await SharedStudios.SilenceAsync(studios.One);
        await SharedStudios.SilenceAsync(studios.Other);

        // At its first report it cannot know yet that the earlier one is not just late.
        var again = studios.Again.Value;
        await again.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Equal(["one", "other"], again.Get<IMachines>().Silent.Select(node => node.Name));
        await again.Get<NodeReports>().ReportAsync(Cancellation);

        Assert.Equal("other", Assert.Single(again.Get<IMachines>().Silent).Name);
        Assert.Equal([again.NodeId(), studios.Other.NodeId()], (await again.Get<IMachines>().LookAsync(Cancellation)).Select(machine => machine.Node.Id));
        await again.Log.SaysAsync("An earlier process of this node ended without saying so").WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Node_WithTheNameOfOneThatStillReported_LeavesItsAlarm(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        await studios.ReportAsync();
        var again = studios.Again.Value;
        await again.Get<NodeReports>().ReportAsync(Cancellation);
        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);
        await again.Get<NodeReports>().ReportAsync(Cancellation);

        await SharedStudios.SilenceAsync(studios.One);
        await again.Get<NodeReports>().ReportAsync(Cancellation);
        await again.Get<NodeReports>().ReportAsync(Cancellation);

        Assert.Equal(studios.One.NodeId(), Assert.Single(again.Get<IMachines>().Silent).Id);
    }

    [Fact]
    public async Task Node_DrainedAndLate_IsNotReplaced()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        await studios.ReportAsync();
        Assert.True((await studios.Other.Get<IMachines>().DrainAsync(studios.One.NodeId(), Cancellation)).TryGet(out _, out _));
        var missed = NodeRows.SilentAfter - NodeRows.Interval;
        await SharedStudios.SilenceAsync(studios.One, missed);
        var again = studios.Again.Value;
        await again.Get<NodeReports>().ReportAsync(Cancellation);
        await again.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Equal(3, (await again.Get<IMachines>().LookAsync(Cancellation)).Count);

        Assert.True((await studios.Other.Get<IMachines>().UndrainAsync(studios.One.NodeId(), Cancellation)).TryGet(out _, out _));
        await again.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Equal(2, (await again.Get<IMachines>().LookAsync(Cancellation)).Count);
    }

    [Fact]
    public async Task Report_AfterAnOutage_TakesNobodyForStoppedBeforeTheyCouldReport()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        await studios.ReportAsync();
        await SharedStudios.SilenceAsync(studios.Other);
        studios.One.Clock.Advance(NodeRows.SilentAfter + TimeSpan.FromSeconds(1));

        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Empty(studios.One.Get<IMachines>().Silent);

        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);
        Assert.Single(studios.One.Get<IMachines>().Silent);
    }

    [Fact]
    public async Task Reports_DatabaseAway_GoOn_WhenItIsBack()
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        await studios.ReportAsync();
        var reports = studios.One.Get<NodeReports>();
        await using (var database = studios.One.OpenDatabase())
        {
            await database.Database.ExecuteSqlAsync($"ALTER TABLE \"Nodes\" RENAME TO \"Away\"", Cancellation);
        }

        await reports.StartAsync(Cancellation);
        await studios.One.Log.SaysAsync("NodeReports failed 1 times in a row");
        await using (var database = studios.One.OpenDatabase())
        {
            await database.Database.ExecuteSqlAsync($"ALTER TABLE \"Away\" RENAME TO \"Nodes\"", Cancellation);
        }

        // The clock that delays restarts of failed services does not move.
        studios.One.Get<NodeNews>().Tell();
        await studios.One.Log.SaysAsync("NodeReports works again after 1 failures");
        await reports.StopAsync(Cancellation);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Stop_RemovesTheNode_SoThatItRaisesNoAlarm(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        await studios.One.StartAsync();

        // Its own service has reported it, which removes only what it has reported.
        while ((await studios.Other.Get<IMachines>().LookAsync(Cancellation)).Count == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), Cancellation);
        }

        await studios.One.StopAsync();

        Assert.Empty(await studios.Other.Get<IMachines>().LookAsync(Cancellation));
    }

    [Fact]
    public async Task Act_OnANodeThatIsGone_SaysSo()
    {
        await using var studio = await new Studio(folder.Path).PrepareAsync();

        Assert.False((await studio.Get<IMachines>().DrainAsync("gone", Cancellation)).TryGet(out _, out var refusal));

        Assert.IsType<NotFound>(refusal);
    }

    public void Dispose() => folder.Dispose();
}
