using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Editing;

/// <summary>A picture that is painted in parts. Kept pixels never change; painted pixels become kept.</summary>
public sealed class EditCanvas
{
    private const int Channels = RgbImage.Channels;

    private readonly byte[] bytes;
    private readonly bool[] keep;

    /// <summary>Copies a picture.</summary>
    /// <exception cref="ArgumentException">The mask's size differs.</exception>
    public EditCanvas(RgbImage picture, KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(picture);
        ArgumentNullException.ThrowIfNull(mask);
        if (picture.Width != mask.Width || picture.Height != mask.Height)
        {
            throw new ArgumentException(
                $"The mask has {mask.Width} × {mask.Height} pixels, the picture {picture.Width} × {picture.Height}.", nameof(mask));
        }

        Width = picture.Width;
        Height = picture.Height;
        bytes = picture.Bytes.ToArray();
        keep = mask.Values.ToArray();
    }

    public int Width { get; }

    public int Height { get; }

    /// <summary>Whether a pixel belongs to the original or is painted already.</summary>
    internal bool IsKept(int x, int y) => keep[(y * Width) + x];

    public RgbImage ToImage() => new(Width, Height, bytes);

    /// <summary>Cuts the square that a model edits. Repeats border pixels outside the canvas. A reduced pixel is known only if all pixels it covers are.</summary>
    /// <param name="frame">A square; may extend outside the canvas.</param>
    /// <param name="maximumSide">Larger frames are reduced to this side, by the mean of the known pixels.</param>
    public (RgbImage Picture, KeepMask Keep) Cut(PixelRectangle frame, int maximumSide)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(frame.Width, frame.Height, nameof(frame));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(maximumSide);
        var side = Math.Min(frame.Width, maximumSide);
        var picture = new byte[Channels * side * side];
        var known = new bool[side * side];
        var columns = Spans(frame.Left, frame.Width, side, Width);
        var rows = Spans(frame.Top, frame.Height, side, Height);
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var target = (y * side) + x;
                known[target] = Mean(columns[x], rows[y], picture.AsSpan(target * Channels, Channels));
            }
        }

        return (new RgbImage(side, side, picture), new KeepMask(side, side, known));
    }

    /// <summary>Pastes a painted frame into the pixels that are not kept; afterwards all pixels under the frame are kept.</summary>
    /// <param name="frame">The frame passed to <see cref="Cut"/>.</param>
    /// <param name="painted">A square of any size; resized to the frame.</param>
    public void Paste(PixelRectangle frame, RgbImage painted)
    {
        var fitted = Resizer.Resize(painted, frame.Width, frame.Height);
        for (var y = Math.Max(0, frame.Top); y < Math.Min(Height, frame.Bottom); y++)
        {
            for (var x = Math.Max(0, frame.Left); x < Math.Min(Width, frame.Right); x++)
            {
                var pixel = (y * Width) + x;
                if (!keep[pixel])
                {
                    var from = (((y - frame.Top) * frame.Width) + x - frame.Left) * Channels;
                    fitted.Bytes.Span.Slice(from, Channels).CopyTo(bytes.AsSpan(pixel * Channels));
                    keep[pixel] = true;
                }
            }
        }
    }

    /// <summary>Blends from the original into the painted area, from the mask's edge inwards. Kept pixels do not change.</summary>
    /// <param name="original">The picture before painting.</param>
    /// <param name="mask">The keep mask before painting.</param>
    /// <param name="pixels">Feather radius in pixels; at most half the depth of the hole, so that the middle of a thin one stays painted.</param>
    public void Feather(RgbImage original, KeepMask mask, int pixels)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixels);
        var distances = RimDistance.Inside(mask);
        var radius = Math.Min(pixels, distances.Max() / 2);
        for (var pixel = 0; pixel < distances.Length; pixel++)
        {
            // Pixels at the edge have distance 1, so they are nearly the original.
            var painted = distances[pixel] / (radius + 1);
            if (distances[pixel] == 0 || painted >= 1)
            {
                continue;
            }

            for (var channel = pixel * Channels; channel < (pixel + 1) * Channels; channel++)
            {
                var before = original.Bytes.Span[channel];
                bytes[channel] = (byte)Math.Round(before + (painted * (bytes[channel] - before)));
            }
        }
    }

    /// <summary>Restores frames from an earlier canvas of the same picture and mask; their pixels become kept.</summary>
    /// <param name="whole">The earlier canvas, with the frames painted.</param>
    /// <param name="frames">The painted frames.</param>
    public void Restore(RgbImage whole, IEnumerable<PixelRectangle> frames)
    {
        ArgumentNullException.ThrowIfNull(whole);
        ArgumentNullException.ThrowIfNull(frames);
        if (whole.Width != Width || whole.Height != Height)
        {
            throw new ArgumentException($"The canvas has {Width} × {Height} pixels, the picture {whole.Width} × {whole.Height}.", nameof(whole));
        }

        foreach (var frame in frames)
        {
            for (var y = Math.Max(0, frame.Top); y < Math.Min(Height, frame.Bottom); y++)
            {
                for (var x = Math.Max(0, frame.Left); x < Math.Min(Width, frame.Right); x++)
                {
                    var pixel = (y * Width) + x;
                    if (!keep[pixel])
                    {
                        whole.Bytes.Span.Slice(pixel * Channels, Channels).CopyTo(bytes.AsSpan(pixel * Channels));
                        keep[pixel] = true;
                    }
                }
            }
        }
    }

    /// <summary>The mean colour of a block's known pixels.</summary>
    /// <returns>Whether all pixels of the block are known.</returns>
    private bool Mean((int First, int End) columns, (int First, int End) rows, Span<byte> colour)
    {
        var (red, green, blue, count) = (0, 0, 0, 0);
        for (var y = rows.First; y < rows.End; y++)
        {
            for (var x = columns.First; x < columns.End; x++)
            {
                var pixel = (y * Width) + x;
                if (keep[pixel])
                {
                    red += bytes[pixel * Channels];
                    green += bytes[(pixel * Channels) + 1];
                    blue += bytes[(pixel * Channels) + 2];
                    count++;
                }
            }
        }

        var half = count / 2;
        var divisor = Math.Max(1, count);
        colour[0] = (byte)((red + half) / divisor);
        colour[1] = (byte)((green + half) / divisor);
        colour[2] = (byte)((blue + half) / divisor);
        return count == (columns.End - columns.First) * (rows.End - rows.First);
    }

    /// <summary>The canvas columns (or rows) that each pixel of a side covers, clamped to the canvas.</summary>
    private static (int First, int End)[] Spans(int start, int length, int side, int limit)
    {
        var spans = new (int First, int End)[side];
        for (var cell = 0; cell < side; cell++)
        {
            var first = start + (int)((long)cell * length / side);
            var end = start + (int)((((long)cell + 1) * length + side - 1) / side);
            first = Math.Clamp(first, 0, limit - 1);
            spans[cell] = (first, Math.Max(first + 1, Math.Min(end, limit)));
        }

        return spans;
    }
}
