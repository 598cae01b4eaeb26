using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Produces sizes that the model does not output: 512² is reduced from 1024²; other sizes are enlarged from the next smaller one.</summary>
public static class Resizer
{
    /// <summary>Lanczos-3 in both directions; returns the same picture if the size matches.</summary>
    public static RgbImage Resize(RgbImage image, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(image);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (image.Width == width && image.Height == height)
        {
            return image;
        }

        using var source = Vips.From(image);
        using var resized = source.Resize((double)width / image.Width, kernel: Enums.Kernel.Lanczos3, vscale: (double)height / image.Height);
        return Vips.ToRgb(resized);
    }

    /// <summary>Like <see cref="Resize"/>, with the aspect ratio kept.</summary>
    /// <param name="longerSide">Of the result, in pixels.</param>
    public static RgbImage ResizeLongerSide(RgbImage image, int longerSide)
    {
        ArgumentNullException.ThrowIfNull(image);
        var scale = (double)longerSide / Math.Max(image.Width, image.Height);
        return Resize(image, Scaled(image.Width), Scaled(image.Height));

        int Scaled(int length) => Math.Max(1, (int)Math.Round(length * scale));
    }
}
