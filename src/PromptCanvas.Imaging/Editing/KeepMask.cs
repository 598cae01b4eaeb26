namespace PromptCanvas.Imaging.Editing;

/// <summary>The pixels of a picture to keep: true = keep, false = regenerate. Row by row.</summary>
public sealed class KeepMask
{
    private readonly bool[] keep;

    /// <exception cref="ArgumentException">The number of values is not width·height.</exception>
    public KeepMask(int width, int height, ReadOnlySpan<bool> keep)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        if (keep.Length != width * height)
        {
            throw new ArgumentException($"A {width} × {height} mask holds {width * height} values, not {keep.Length}.", nameof(keep));
        }

        Width = width;
        Height = height;
        this.keep = keep.ToArray();
    }

    public int Width { get; }

    public int Height { get; }

    public ReadOnlySpan<bool> Values => keep;

    public bool KeepsNothing => !keep.AsSpan().Contains(true);

    /// <summary>Bounding box of the pixels to regenerate; null if there are none.</summary>
    public PixelRectangle? Hole()
    {
        var (left, top, right, bottom) = (Width, Height, 0, 0);
        for (var y = 0; y < Height; y++)
        {
            var row = keep.AsSpan(y * Width, Width);
            var first = row.IndexOf(false);
            if (first >= 0)
            {
                left = Math.Min(left, first);
                right = Math.Max(right, row.LastIndexOf(false) + 1);
                top = Math.Min(top, y);
                bottom = y + 1;
            }
        }

        return right == 0 ? null : new PixelRectangle(left, top, right - left, bottom - top);
    }
}
