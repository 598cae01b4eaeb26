using NetVips;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.WebP;

/// <summary>Encodes predicted pictures for the browser; size and speed take precedence over quality.</summary>
public static class PreviewEncoder
{
    /// <summary>Larger previews are reduced to this side.</summary>
    public const int MaximumSide = 256;

    // The target is 8 KB a frame, which only noise can exceed. Measured on noise, the worst case: 256² needs a lower quality than 64² to stay near it.
    // Below 85, block artifacts of a 64² frame are visible when it fills a tile.
    private const int SmallQuality = 85;
    private const int LargeQuality = 40;
    private const int SmallSide = 64;

    public static EncodedPicture Encode(RgbImage image) => Encode(image, MaximumSide);

    /// <summary>Encodes a picture; larger ones are reduced.</summary>
    /// <param name="maximumSide">Longer side of the result in pixels, at most.</param>
    public static EncodedPicture Encode(RgbImage image, int maximumSide)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var source = Vips.From(image);
        using var reduced = Reduce(source, maximumSide);
        var quality = Math.Max(reduced.Width, reduced.Height) <= SmallSide ? SmallQuality : LargeQuality;
        var bytes = reduced.WebpsaveBuffer(q: quality, effort: 0, keep: Enums.ForeignKeep.None);
        return new EncodedPicture(reduced.Width, reduced.Height, EncodedPicture.WebPType, bytes);
    }

    private static Image Reduce(Image source, int maximumSide)
    {
        var side = Math.Max(source.Width, source.Height);
        return side <= maximumSide
            ? source.Copy()
            : source.Resize((double)maximumSide / side, kernel: Enums.Kernel.Linear);
    }
}
