using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using static PromptCanvas.Diffusion.Tests.Engine.ImageEngineTests;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>A cancel ends a step midway if none of its pictures is wanted; otherwise the step continues without the cancelled ones.</summary>
public sealed class StopTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GenerateAsync_EveryLaneOfTheStepCancelled_EndsTheStepAndStartsTheNextJob()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        using var cancelling = new CancellationTokenSource();
        using var inside = new ManualResetEventSlim();
        var ended = false;
        fake.Decoder.BeforeRun = (_, token) =>
        {
            if (!inside.IsSet)
            {
                inside.Set();
                ended = token.WaitHandle.WaitOne(Patience);
            }
        };
        var stopped = CollectUntilAsync(engine, Request(count: 4) with { Person = "first" }, cancelling.Token);
        Assert.True(inside.Wait(Patience, Token));

        await cancelling.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
        Assert.Single(await CompletedAsync(engine, Request("xyz", count: 1) with { Person = "second" }));
        Assert.True(ended, "The step was not told to end.");
    }

    /// <summary>A network whose weights come from a slow disk takes seconds to give its scratch memory back; the next job does not wait for that.</summary>
    [Fact]
    public async Task GenerateAsync_WhileScratchIsGivenBackAtRest_StartsAtOnceAndItIsGivenBackLater()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        using var cancelling = new CancellationTokenSource();
        using var resting = new ManualResetEventSlim();
        var interrupted = false;
        fake.Decoder.BeforeRun = (_, _) => cancelling.Cancel();
        fake.Decoder.BeforeRelease = token =>
        {
            resting.Set();
            interrupted = token.WaitHandle.WaitOne(Patience);
            fake.Decoder.BeforeRelease = null;
        };
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CollectUntilAsync(engine, Request(count: 1), cancelling.Token));
        Assert.True(resting.Wait(Patience, Token));
        fake.Decoder.BeforeRun = null;

        Assert.Single(await CompletedAsync(engine, Request(count: 1)));

        Assert.True(interrupted, "The next job waited for the release.");
        Assert.Equal((0, 1), (fake.Decoder.ReleasedAtRest, fake.Decoder.Releases.Count));
    }

    [Fact]
    public void Turn_OneOfTwoPeopleCancels_TheStepGoesOnAndTheNextIsWithoutThem()
    {
        using var cancelling = new CancellationTokenSource();
        var script = new EngineScript(costs: StepCosts.Starter with { BatchIsFree = true });
        var stopped = script.Arrive("first", count: 2, cancelledBy: cancelling);
        var kept = script.Arrive("second");
        var told = false;
        script.Fake.Prior.BeforeRun = (run, token) =>
        {
            if (run == 4)
            {
                cancelling.Cancel();
                told = token.IsCancellationRequested;
            }
        };

        script.TurnUntil(() => script.Fake.Prior.Rows.Count == 6);

        Assert.False(told, "A step that somebody wants was ended.");
        Assert.Equal([6, 6, 2], script.Fake.Prior.Rows.Skip(3));
        Assert.True(stopped.IsOver);
        script.Finish();
        Assert.Contains(script.Happenings, happening => happening.Request == kept && happening.Event is ImageCompleted);
    }

    [Fact]
    public async Task GenerateAsync_NoPictureOfTheStepWantedAnyMore_EndsTheStep()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        var wanted = true;
        var ended = false;
        fake.Decoder.BeforeRun = (run, token) =>
        {
            if (run == 0)
            {
                Volatile.Write(ref wanted, false);
                ended = token.WaitHandle.WaitOne(Patience);
            }
        };

        var events = await CollectAsync(engine, Request(count: 2) with { PictureWanted = _ => Volatile.Read(ref wanted) });

        Assert.True(ended, "The step was not told to end.");
        Assert.Equal([0, 1], events.OfType<ImageDropped>().Select(dropped => dropped.ImageIndex).Order());
        Assert.Empty(events.OfType<ImageCompleted>());
    }
}
