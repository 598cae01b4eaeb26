using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Onnx.Memory;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Diffusion.Onnx.Tests.Sessions;

public sealed class IdleNetworksTests : IDisposable
{
    private readonly TemporaryFolder models = new();
    private readonly SteppedClock clock = new();

    public IdleNetworksTests() => models.Copy(Fixtures.TinyModel, "karlo");

    public void Dispose() => models.Dispose();

    [Fact]
    public void Run_AfterAnIdlePeriod_MemoryIsFreedAndLoadedAgain()
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

    [Fact]
    public void Load_OverTheBudget_FreesTheNetworkUnusedForLongest()
    {
        var memory = new ScriptedMemory { Total = 64_000_000_000, Resident = 1_000_000 };
        using var idle = new IdleNetworks(TimeSpan.Zero, clock, _ => { }, budget: 100_000_000, memory);
        using var prior = Open("prior", idle);
        using var text = Open("text_proj", idle);
        using var decoder = Open("decoder", idle);
        Run(prior);
        clock.Step(TimeSpan.FromSeconds(1));
        text.Run(Fixtures.Inputs("text_proj"), TestContext.Current.CancellationToken);
        Assert.True(prior.IsLoaded && text.IsLoaded);

        // Freeing one network is enough.
        memory.Resident = 120_000_000;
        memory.FreedByTrim = 90_000_000;
        decoder.Run(Fixtures.Inputs("decoder"), TestContext.Current.CancellationToken);

        Assert.Equal((false, true, true), (prior.IsLoaded, text.IsLoaded, decoder.IsLoaded));
    }

    [Theory]
    [InlineData("VmRSS:\t    4096 kB", 4_194_304)]
    [InlineData("VmRSS:\t12163024 kB", 12_454_936_576)]
    public void Bytes_LinesOfTheSystem_AreRead(string line, long expected) => Assert.Equal(expected, MachineMemory.Bytes(line));

    [Fact]
    public void Load_LargerThanTheMachine_IsRefusedInOneSentence()
    {
        using var idle = new IdleNetworks(TimeSpan.Zero, clock, _ => { }, budget: 0, new ScriptedMemory { Total = 400_000_000 });
        using var prior = Open("prior", idle);

        var fault = Assert.Throws<ModelException>(() => Run(prior));

        Assert.Equal(
            "prior needs 0.5 GB of memory and this machine has 0.4 GB: give it more, or set Inference:Precision to Int8, or choose a smaller model.", fault.Message);
        Assert.False(prior.IsLoaded);
    }

    private static OnnxNetwork Open(string name, IdleNetworks idle) =>
        new ComponentReader(DiffusersFolder.Open(Fixtures.TinyModel), Fixtures.Cpu, idle).Open(name);

    private static float[] Run(OnnxNetwork network) =>
        network.Run(Fixtures.Inputs("prior"), TestContext.Current.CancellationToken)[NetworkNames.PredictedImageEmbedding].Floats;

    private OnnxModelLibrary Library(double minutes) => new(
        models.Path, "karlo", new InferenceOptions { ExecutionProvider = "Cpu", Threads = 2, KeepLoadedMinutes = minutes }, clock: clock);

    private sealed class ScriptedMemory : IMachineMemory
    {
        public long Total { get; init; }

        public long Resident { get; set; }

        public long FreedByTrim { get; set; }

        public void Trim() => Resident -= FreedByTrim;
    }

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
