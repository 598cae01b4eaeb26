using System.Collections.Concurrent;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class OnDemandTests : IDisposable
{
    private readonly SlowLoads loads = new();
    private readonly OnDemand<Loaded> resource;

    public OnDemandTests() => resource = new OnDemand<Loaded>(loads.Next, TimeProvider.System);

    private static CancellationToken Ending => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        loads.EndAll();
        resource.Dispose();
        loads.Dispose();
    }

    [Fact]
    public async Task Enter_StoppedWhileALoadDoesNotAnswer_EndsAtOnce()
    {
        using var stop = new CancellationTokenSource();
        var user = Enter(stop.Token);
        var load = await loads.StartedAsync();

        await stop.CancelAsync();

        // The load is still going on: it ends below.
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => user);
        Assert.True(load.IsStopped);
        Assert.False(resource.IsLoaded);
    }

    [Fact]
    public async Task Enter_AfterAStoppedLoad_LoadsAgainWhenThatHasEnded()
    {
        using var stop = new CancellationTokenSource();
        var first = Enter(stop.Token);
        var stopped = await loads.StartedAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);
        var second = Enter(Ending);

        stopped.EndStopped();
        var load = await loads.StartedAsync();
        load.End();

        Assert.Same(load.Result, await second);
        Assert.Equal((2, 1), (loads.Count, loads.MostAtOnce));
    }

    [Fact]
    public async Task Enter_OneOfTwoStops_TheOtherGetsTheLoad()
    {
        using var stop = new CancellationTokenSource();
        var first = Enter(stop.Token);
        var load = await loads.StartedAsync();
        var second = Enter(Ending);
        await UntilAsync(() => resource.Users == 2);

        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        Assert.False(load.IsStopped);
        load.End();
        Assert.Same(load.Result, await second);
    }

    [Fact]
    public async Task Enter_StoppedLoadThatFinishesAllTheSame_IsUsedByTheNext()
    {
        using var stop = new CancellationTokenSource();
        var first = Enter(stop.Token);
        var load = await loads.StartedAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => first);

        load.End();

        Assert.Same(load.Result, await Enter(Ending));
        Assert.Equal(1, loads.Count);
    }

    [Fact]
    public async Task Enter_LoadFails_EveryWaitingUserIsToldAndTheNextTriesAgain()
    {
        var (first, second) = (Enter(Ending), Enter(Ending));
        var load = await loads.StartedAsync();
        await UntilAsync(() => resource.Users == 2);

        load.Fail(new InvalidDataException("damaged"));

        await Assert.ThrowsAsync<InvalidDataException>(() => first);
        await Assert.ThrowsAsync<InvalidDataException>(() => second);
        var third = Enter(Ending);
        (await loads.StartedAsync()).End();
        Assert.NotNull(await third);
    }

    [Fact]
    public async Task TryRelease_UsedOrAwaited_FreesNothing()
    {
        var user = Enter(Ending);
        var load = await loads.StartedAsync();
        Assert.False(resource.TryRelease());
        load.End();
        await user;
        Assert.False(resource.TryRelease());

        resource.Leave();

        Assert.True(resource.TryRelease());
        Assert.True(load.Result.IsDisposed);
    }

    [Fact]
    public async Task Dispose_DuringAStoppedLoad_WaitsForItsEndAndFreesIt()
    {
        using var stop = new CancellationTokenSource();
        var user = Enter(stop.Token);
        var load = await loads.StartedAsync();
        await stop.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => user);

        var disposal = Task.Run(
            () =>
            {
                resource.Dispose();
                return load.Outcome.IsCompleted;
            },
            Ending);
        await UntilAsync(() => resource.IsDisposed);
        load.End();

        Assert.True(await disposal);
        Assert.True(load.Result.IsDisposed);
        await Assert.ThrowsAsync<ObjectDisposedException>(() => Enter(Ending));
    }

    private Task<Loaded> Enter(CancellationToken cancellationToken) => Task.Run(() => resource.Enter(cancellationToken), Ending);

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
        {
            Ending.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    private sealed class Loaded : IDisposable
    {
        public bool IsDisposed { get; private set; }

        public void Dispose() => IsDisposed = true;
    }

    /// <summary>Loads that end when the test says so, and do not answer a stop themselves.</summary>
    private sealed class SlowLoads : IDisposable
    {
        private readonly ConcurrentQueue<SlowLoad> started = new();
        private readonly ConcurrentBag<SlowLoad> all = [];
        private readonly SemaphoreSlim starts = new(0);
        private int running;

        public int Count => all.Count;

        public int MostAtOnce { get; private set; }

        public Loaded Next(CancellationToken stop)
        {
            var load = new SlowLoad(stop);
            MostAtOnce = Math.Max(MostAtOnce, Interlocked.Increment(ref running));
            all.Add(load);
            started.Enqueue(load);
            starts.Release();
            try
            {
                return load.Outcome.GetAwaiter().GetResult();
            }
            finally
            {
                Interlocked.Decrement(ref running);
            }
        }

        public async Task<SlowLoad> StartedAsync()
        {
            await starts.WaitAsync(Ending);
            return started.TryDequeue(out var load) ? load : throw new InvalidOperationException("A load was counted twice.");
        }

        public void EndAll()
        {
            foreach (var load in all)
            {
                load.End();
            }
        }

        public void Dispose() => starts.Dispose();
    }

    private sealed class SlowLoad(CancellationToken stop)
    {
        private readonly TaskCompletionSource<Loaded> outcome = new();

        public Loaded Result { get; } = new();

        public Task<Loaded> Outcome => outcome.Task;

        public bool IsStopped => stop.IsCancellationRequested;

        public void End() => outcome.TrySetResult(Result);

        public void EndStopped() => outcome.TrySetException(new OperationCanceledException(stop));

        public void Fail(Exception fault) => outcome.TrySetException(fault);
    }
}
