using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class IdleNetworksTests : IDisposable
{
    private readonly TemporaryFolder models = new();
    private readonly SteppedClock clock = new();

    public IdleNetworksTests() => models.Copy(Fixtures.TinyModel, "karlo");

    public void Dispose() => models.Dispose();

    [Fact]
    public void Run_NobodyForAWhile_MemoryIsFreedAndLoadedAgain()
    {
        using var library = Library(minutes: 10);
        var network = Assert.IsType<OnnxNetwork>(library.Open("karlo").Prior.Network);
        var expected = Run(network);

        clock.Step(TimeSpan.FromMinutes(9));
        Assert.True(network.IsLoaded);
        clock.Step(TimeSpan.FromMinutes(1));
        Assert.False(network.IsLoaded);

        Assert.Equal(expected, Run(network));
        clock.Step(TimeSpan.FromMinutes(9));
        Assert.True(network.IsLoaded);
    }

    [Fact]
    public void Run_KeptForEver_StaysLoaded()
    {
        using var library = Library(minutes: 0);
        var network = Assert.IsType<OnnxNetwork>(library.Open("karlo").Prior.Network);
        Run(network);

        clock.Step(TimeSpan.FromDays(30));

        Assert.True(network.IsLoaded);
    }

    private static float[] Run(OnnxNetwork network) =>
        network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken)[NetworkNames.PredictedImageEmbedding].Floats;

    private OnnxModelLibrary Library(double minutes) => new(
        models.Path, "karlo", new InferenceOptions { ExecutionProvider = "Cpu", Threads = 2, KeepLoadedMinutes = minutes }, clock: clock);

    /// <summary>A clock that moves in one step and then fires every timer once.</summary>
    private sealed class SteppedClock : TimeProvider
    {
        private readonly List<Action> timers = [];
        private long now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => now;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            timers.Add(() => callback(state));
            return new NoTimer();
        }

        public void Step(TimeSpan time)
        {
            now += time.Ticks;
            timers.ForEach(timer => timer());
        }

        private sealed class NoTimer : ITimer
        {
            public bool Change(TimeSpan dueTime, TimeSpan period) => true;

            public void Dispose()
            {
            }

            public ValueTask DisposeAsync() => ValueTask.CompletedTask;
        }
    }
}
