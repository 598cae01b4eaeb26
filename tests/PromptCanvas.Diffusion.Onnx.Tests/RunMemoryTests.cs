using PromptCanvas.Diffusion.Onnx.Graphs;
using PromptCanvas.Diffusion.Onnx.Memory;

namespace PromptCanvas.Diffusion.Onnx.Tests;

/// <summary>The memory of one row, at the published widths.</summary>
public sealed class RunMemoryTests
{
    private const double Gigabyte = 1e9;

    /// <summary>768²: the five heads of the finest level compare 9,216 cells with each other, 1.7 GB in 32-bit floats.</summary>
    [Theory]
    [InlineData(64, 0.3, 0.9)]
    [InlineData(96, 1.7, 4)]
    public void PerRow_StableDiffusion_IsMostlyTheScoresOfItsFinestAttention(int grid, double atLeast, double atMost)
    {
        var config = Config([320, 640, 1280, 1280], 2) with { DownAttention = [true, true, true, false], UpAttention = [false, true, true, true], MiddleAttention = true, Heads = [5, 10, 20, 20] };

        Assert.InRange(RunMemory.PerRow(config, grid) / Gigabyte, atLeast, atMost);
    }

    /// <summary>Karlo's upsampler at 256²; measured: docs/benchmarks.md.</summary>
    [Fact]
    public void PerRow_Upsampler_IsTheMapsOfItsFinestLevel() =>
        Assert.InRange(RunMemory.PerRow(Config([320, 640, 960, 1280], 3), 256) / Gigabyte, 1.2, 2.1);

    /// <summary>Networks of half the published widths with random weights, as measured on a CPU: docs/benchmarks.md.</summary>
    [Theory]
    [InlineData("upsampler", 128, 0.198)]
    [InlineData("upsampler", 256, 0.776)]
    [InlineData("stable", 64, 0.739)]
    [InlineData("stable", 96, 3.622)]
    [InlineData("decoder", 128, 1.618)]
    public void PerRow_MediumNetworks_IsCloseToWhatWasMeasured(string kind, int grid, double measured)
    {
        var config = kind switch
        {
            "upsampler" => Config([160, 320, 480, 640], 3),
            "stable" => Config([160, 320, 640, 640], 1) with { DownAttention = [true, true, true, false], UpAttention = [false, true, true, true], MiddleAttention = true, Heads = [5, 10, 20, 20] },
            _ => Config([320, 640, 960, 1280], 1) with { DownAttention = [false, true, true, true], UpAttention = [true, true, true, false], MiddleAttention = true, HeadWidth = 64 },
        };

        Assert.InRange(RunMemory.PerRow(config, grid) / Gigabyte / measured, 0.95, 1.1);
    }

    private static UNetConfig Config(int[] widths, int layers) => new()
    {
        InputChannels = 6,
        OutputChannels = 3,
        Widths = widths,
        LayersPerBlock = layers,
        Groups = 32,
        Epsilon = 1e-5,
        Activation = Activation.Silu,
        ScaleShift = false,
        Sinusoid = new Sinusoid(widths[0], true, 0),
        DownAttention = new bool[widths.Length],
        MiddleAttention = false,
        UpAttention = new bool[widths.Length],
        SampleSize = null,
        PixelUnshuffle = 1,
    };
}
