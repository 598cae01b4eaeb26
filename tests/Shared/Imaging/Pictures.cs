using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Tests.Shared;

/// <summary>Pictures computed from formulas.</summary>
internal static class Pictures
{
    public static RgbImage Gradient(int width, int height)
    {
        var bytes = new byte[RgbImage.Channels * width * height];
        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                var at = ((y * width) + x) * RgbImage.Channels;
                bytes[at] = (byte)(255 * x / width);
                bytes[at + 1] = (byte)(255 * y / height);
                bytes[at + 2] = (byte)((x ^ y) & 0x3F);
            }
        }

        return new RgbImage(width, height, bytes);
    }

    public static RgbImage Noise(int width, int height, int seed)
    {
        var bytes = new byte[RgbImage.Channels * width * height];
        new Random(seed).NextBytes(bytes);
        return new RgbImage(width, height, bytes);
    }
}
