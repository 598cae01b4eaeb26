using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class LoadTurnsTests : IDisposable
{
    private const long Bytes = 4_000_000_000;

    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(50);

    private readonly LoadTurns turns = new();

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose() => turns.Dispose();

    [Fact]
    public void Begin_WhileAnotherLoads_Waits()
    {
        var first = turns.Begin(Bytes, Ending);
        using var impatient = new CancellationTokenSource(Patience);
        Assert.ThrowsAny<OperationCanceledException>(() => turns.Begin(Bytes, impatient.Token));

        first.Dispose();

        turns.Begin(Bytes, Ending).Dispose();
        Assert.Equal(0, turns.Ending);
    }

    [Fact]
    public async Task Begin_WhileAStoppedLoadHasNotEnded_DoesNotWaitAndCountsItsMemory()
    {
        using var stop = new CancellationTokenSource();
        var stopped = turns.Begin(Bytes, stop.Token);
        await stop.CancelAsync();

        using var next = turns.Begin(Bytes / 8, Ending);
        Assert.Equal(Bytes, turns.Ending);
        turns.WaitForMemory(() => true, Ending);

        stopped.Dispose();
        Assert.Equal(0, turns.Ending);
    }

    [Fact]
    public async Task WaitForMemory_DoesNotFitNextToAStoppedLoad_WaitsForItsEnd()
    {
        using var stop = new CancellationTokenSource();
        var stopped = turns.Begin(Bytes, stop.Token);
        await stop.CancelAsync();
        using var next = turns.Begin(Bytes, Ending);
        using var impatient = new CancellationTokenSource(Patience);
        Assert.ThrowsAny<OperationCanceledException>(() => turns.WaitForMemory(() => false, impatient.Token));

        stopped.Dispose();

        turns.WaitForMemory(() => false, Ending);
    }

    [Fact]
    public void Dispose_StoppedBetweenTwoTurns_EachTurnEndsOnce()
    {
        using var stop = new CancellationTokenSource();
        var ended = turns.Begin(Bytes, stop.Token);
        ended.Dispose();
        stop.Cancel();

        using var next = turns.Begin(Bytes, Ending);

        Assert.Equal(0, turns.Ending);
        using var late = new CancellationTokenSource();
        late.Cancel();
        Assert.ThrowsAny<OperationCanceledException>(() => turns.Begin(Bytes, late.Token));
    }
}
