using NetVips;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Makes sizes the model does not: 512² is 1024² reduced, others are the next smaller one enlarged.</summary>
public static class Resizer
{
    /// <summary>Lanczos-3 in both directions; the picture itself when it has that size already.</summary>
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
}
