using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>Pictures computed from formulas.</summary>
internal static class Scenes
{
    /// <summary>A picture of a function of column, row and channel, clamped to bytes.</summary>
    public static RgbImage Draw(int width, int height, Func<int, int, int, double> level)
    {
        var bytes = new byte[RgbImage.Channels * width * height];
        for (var index = 0; index < bytes.Length; index++)
        {
            var pixel = index / RgbImage.Channels;
            bytes[index] = (byte)Math.Clamp(level(pixel % width, pixel / width, index % RgbImage.Channels), 0, 255);
        }

        return new RgbImage(width, height, bytes);
    }

    public static RgbImage Noise(int width, int height)
    {
        var random = new Random(width);
        return Draw(width, height, (_, _, _) => random.Next(256));
    }
}
