using NetVips;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>Files to upload.</summary>
internal static class TestPictures
{
    public static byte[] Png(int width, int height)
    {
        var bytes = Enumerable.Range(0, width * height * RgbImage.Channels).Select(at => (byte)(at * 7)).ToArray();
        return PngEncoder.Encode(new RgbImage(width, height, bytes));
    }

    /// <summary>A mask: white with a black rectangle in the middle third, which is repainted.</summary>
    public static byte[] Mask(int width, int height)
    {
        var bytes = new byte[width * height * RgbImage.Channels];
        for (var pixel = 0; pixel < width * height; pixel++)
        {
            bytes.AsSpan(pixel * RgbImage.Channels, RgbImage.Channels).Fill(IsPainted(width, height, pixel) ? (byte)0 : byte.MaxValue);
        }

        return PngEncoder.Encode(new RgbImage(width, height, bytes));
    }

    /// <summary>A WebP of two frames, dark and bright: the encoder merges equal ones.</summary>
    public static byte[] Animation(int side)
    {
        using var dark = Image.Black(side, side, bands: RgbImage.Channels) + 40;
        using var bright = Image.Black(side, side, bands: RgbImage.Channels) + 200;
        using var frames = dark.Join(bright, Enums.Direction.Vertical);
        using var pages = frames.Cast(Enums.BandFormat.Uchar).Mutate(image => image.Set(GValue.GIntType, "page-height", side));
        return pages.WebpsaveBuffer();
    }

    public static bool IsPainted(int width, int height, int pixel)
    {
        var (x, y) = (pixel % width, pixel / width);
        return x >= width / 3 && x < 2 * width / 3 && y >= height / 3 && y < 2 * height / 3;
    }
}
