using PromptCanvas.Cli.Bench;
using PromptCanvas.Diffusion.Onnx;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Tests.Bench;

public sealed class GpuBenchTests
{
    /// <summary>The processor in the device's place: every figure is there, and the default differs from the processor's numbers by nothing.</summary>
    [Fact]
    public async Task RunAsync_OnTheProcessor_GivesEveryFigure()
    {
        var folder = CommandLine.StarterTiny;
        using var library = new OnnxModelLibrary(Path.GetDirectoryName(folder)!, "starter-tiny", new InferenceOptions { ExecutionProvider = "Cpu" });
        var context = new BenchContext(library.OpenFolder(folder), folder, new InferenceOptions { ExecutionProvider = "Cpu", Threads = 2 }, 1)
        {
            Batches = [1],
            People = 1,
            Seconds = 1,
            Size = 64,
            Prompts = 1,
        };

        var rows = await new GpuBench(context, ProviderNames.Cpu).RunAsync(TestContext.Current.CancellationToken);

        var names = rows.Select(row => row.Name).ToList();
        foreach (var variant in new[] { "fp16 (default)", "fp32 with TF32", "fp32 without TF32", "fp16, channels last", "fp16, exhaustive search", "fp16, arena that doubles" })
        {
            Assert.Contains($"decoder, {variant}: a row of 8", names);
            Assert.Equal(0, rows.Single(row => row.Name == $"decoder, {variant}: largest difference to the CPU").Median);
        }

        Assert.Contains("rows a second, batch 16 of batch 1", names);
        Assert.Contains("time outside the networks, wall clock", names);
    }

    [Fact]
    public async Task Bench_GpuWithoutADevice_SaysWhatIsMissing()
    {
        Assert.SkipWhen(File.Exists("/dev/nvidia0"), "There is a device.");

        var outcome = await CommandLine.RunAsync("bench", "--gpu", "--model", "starter-tiny");

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains("bench --gpu needs a CUDA device.", outcome.OneLine, StringComparison.Ordinal);
    }
}
