using PromptCanvas.Diffusion.Images;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Cli.Bench;

/// <summary>CPU time to encode one finished picture.</summary>
internal static class EncodeBench
{
    private const int Side = 1024;

    public static IReadOnlyList<BenchRow> Run(int repeats)
    {
        var picture = new SignedImage(Side, Side, Gradient());
        Encode(picture);
        var times = new List<double>();
        for (var repeat = 0; repeat < repeats; repeat++)
        {
            var start = Environment.CpuUsage.TotalTime;
            Encode(picture);
            times.Add((Environment.CpuUsage.TotalTime - start).TotalMilliseconds);
        }

        return [BenchRow.Of("PNG of one 1024² picture, CPU time", "ms", times)];
    }

    private static void Encode(SignedImage picture) => PngEncoder.Encode(new RgbImage(Side, Side, picture.ToRgbBytes()));

    /// <summary>Shading with a little texture: neither flat nor noise.</summary>
    private static float[] Gradient()
    {
        var values = new float[SignedImage.Channels * Side * Side];
        for (var index = 0; index < values.Length; index++)
        {
            var x = index % Side;
            var y = index / Side % Side;
            values[index] = MathF.Sin((x + (0.5f * y)) / 97) + (0.02f * MathF.Sin(x * y / 31f));
        }

        return values;
    }
}
