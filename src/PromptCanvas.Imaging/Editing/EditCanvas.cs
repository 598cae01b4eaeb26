using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Editing;

/// <summary>A picture that is being painted in parts. What is kept never changes; what has been painted is kept from then on.</summary>
public sealed class EditCanvas
{
    private const int Channels = RgbImage.Channels;

    private readonly byte[] bytes;
    private readonly bool[] keep;

    /// <summary>Copies a picture.</summary>
    /// <exception cref="ArgumentException">The mask has another size.</exception>
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

    public RgbImage ToImage() => new(Width, Height, bytes);

    /// <summary>The square a model works on. Outside the canvas its edge goes on; a pixel larger than one of the canvas is known only if all of it is.</summary>
    /// <param name="frame">A square, not necessarily inside.</param>
    /// <param name="maximumSide">Larger frames are reduced to this side, by the mean of what is known.</param>
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

    /// <summary>Lays a painted frame into what was not kept; everything under the frame is kept from now on.</summary>
    /// <param name="frame">Where <see cref="Cut"/> took it from.</param>
    /// <param name="painted">A square of any side.</param>
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

    /// <summary>Lets the original go over into what was painted, from the mask's rim inwards. What is kept stays as it is.</summary>
    /// <param name="original">The picture before anything was painted.</param>
    /// <param name="mask">What of it was kept.</param>
    /// <param name="pixels">How far from the rim the original has gone.</param>
    public void Feather(RgbImage original, KeepMask mask, int pixels)
    {
        ArgumentNullException.ThrowIfNull(original);
        ArgumentNullException.ThrowIfNull(mask);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(pixels);
        var distances = RimDistance.Inside(mask);
        for (var pixel = 0; pixel < distances.Length; pixel++)
        {
            // The rim's own pixels have the distance 1: nearly all the original's.
            var painted = distances[pixel] / (pixels + 1);
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

    /// <summary>Takes over what an earlier canvas of the same picture and mask had in some frames; it is kept from now on.</summary>
    /// <param name="whole">That canvas, with its frames in it.</param>
    /// <param name="frames">The frames that were painted.</param>
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

    /// <summary>The mean of what is known of a block.</summary>
    /// <returns>Whether all of it is known.</returns>
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

    /// <summary>Which canvas columns (or rows) each of a side's pixels covers; the last one there is where the frame reaches outside.</summary>
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
