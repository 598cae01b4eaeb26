namespace PromptCanvas.Diffusion.Images;

/// <summary>A picture resized as Kandinsky's pipelines do it: Pillow's BICUBIC with a reducing gap of 1, to the bit.</summary>
/// <remarks>A picture twice as large or more along a side is first averaged over cells of whole pixels, then resized from what they cover.</remarks>
internal static class ReducingResize
{
    private const int Channels = SignedImage.Channels;
    private const int FractionBits = 24;

    /// <summary>The middle of the picture in another ratio, reduced or enlarged to a size, as a decoder of latents would draw it.</summary>
    /// <param name="picture">Any size.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <returns>(3, height, width) planar, signed range.</returns>
    public static float[] ToRectangle(this SourcePicture picture, int width, int height)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        var cutWidth = (int)Math.Clamp((long)picture.Height * width / height, 1, picture.Width);
        var cutHeight = (int)Math.Clamp((long)picture.Width * height / width, 1, picture.Height);
        return ToSigned(cutWidth == picture.Width && cutHeight == picture.Height ? picture : Cut(picture, cutWidth, cutHeight), width, height);
    }

    /// <summary>Resizes a picture to an exact size without keeping its ratio.</summary>
    /// <param name="picture">Any size.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <returns>(3, height, width) planar, signed range.</returns>
    public static float[] ToSigned(SourcePicture picture, int width, int height)
    {
        var (cellWidth, cellHeight) = (Math.Max(1, picture.Width / width), Math.Max(1, picture.Height / height));
        var reduced = Reduce(picture, cellWidth, cellHeight);
        var resized = ByteBicubic.Resize(
            reduced.Rgb.Span,
            reduced.Width,
            reduced.Height,
            width,
            height,
            ((double)picture.Width / cellWidth, (double)picture.Height / cellHeight));
        return SignedImage.FromRgbBytes(width, height, resized).Values;
    }

    private static SourcePicture Cut(SourcePicture picture, int width, int height)
    {
        var (left, top) = ((picture.Width - width) / 2, (picture.Height - height) / 2);
        var cut = new byte[Channels * width * height];
        for (var y = 0; y < height; y++)
        {
            var first = (((top + y) * picture.Width) + left) * Channels;
            picture.Rgb.Span.Slice(first, Channels * width).CopyTo(cut.AsSpan(y * width * Channels));
        }

        return new SourcePicture(width, height, cut);
    }

    /// <summary>Means of cells; those at the right and lower edge are of what is there.</summary>
    private static SourcePicture Reduce(SourcePicture picture, int cellWidth, int cellHeight)
    {
        if (cellWidth == 1 && cellHeight == 1)
        {
            return picture;
        }

        var width = (picture.Width + cellWidth - 1) / cellWidth;
        var height = (picture.Height + cellHeight - 1) / cellHeight;
        var reduced = new byte[Channels * width * height];
        for (var cell = 0; cell < width * height; cell++)
        {
            var (left, top) = (cell % width * cellWidth, cell / width * cellHeight);
            var (right, bottom) = (Math.Min(left + cellWidth, picture.Width), Math.Min(top + cellHeight, picture.Height));
            for (var channel = 0; channel < Channels; channel++)
            {
                reduced[(cell * Channels) + channel] = Mean(picture, channel, left, top, right, bottom);
            }
        }

        return new SourcePicture(width, height, reduced);
    }

    private static byte Mean(SourcePicture picture, int channel, int left, int top, int right, int bottom)
    {
        var rgb = picture.Rgb.Span;
        var sum = 0L;
        for (var y = top; y < bottom; y++)
        {
            for (var x = left; x < right; x++)
            {
                sum += rgb[(((y * picture.Width) + x) * Channels) + channel];
            }
        }

        // A product in place of the division, as Pillow has it: a mean half way between two bytes may go either way.
        var count = (right - left) * (bottom - top);
        return (byte)(((sum + (count / 2)) * ((1 << FractionBits) / count)) >> FractionBits);
    }
}
