using NetVips;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.WebP;

/// <summary>Encodes predicted pictures for the browser; size and speed take precedence over quality.</summary>
public static class PreviewEncoder
{
    /// <summary>Larger previews are reduced to this side.</summary>
    public const int MaximumSide = 256;

    /// <summary>Target size of a frame; only noise can exceed it.</summary>
    public const int TargetBytes = 8 * 1024;

    // Measured on noise, the worst case: 256² needs a lower quality than 64² to stay near the target.
    // Below 85, block artifacts of a 64² frame are visible when it fills a tile.
    private const int SmallQuality = 85;
    private const int LargeQuality = 40;
    private const int SmallSide = 64;

    public static EncodedPicture Encode(RgbImage image)
    {
        ArgumentNullException.ThrowIfNull(image);
        using var source = Vips.From(image);
        using var reduced = Reduce(source);
        var quality = Math.Max(reduced.Width, reduced.Height) <= SmallSide ? SmallQuality : LargeQuality;
        var bytes = reduced.WebpsaveBuffer(q: quality, effort: 0, keep: Enums.ForeignKeep.None);
        return new EncodedPicture(reduced.Width, reduced.Height, EncodedPicture.WebPType, bytes);
    }

    private static Image Reduce(Image source)
    {
        var side = Math.Max(source.Width, source.Height);
        return side <= MaximumSide
            ? source.Copy()
            : source.Resize((double)MaximumSide / side, kernel: Enums.Kernel.Linear);
    }
}
