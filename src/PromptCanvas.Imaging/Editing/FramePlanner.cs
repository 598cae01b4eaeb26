namespace PromptCanvas.Imaging.Editing;

/// <summary>Chooses the square frames in which a model edits pictures of any size. Pure geometry.</summary>
public static class FramePlanner
{
    /// <summary>Minimum frame side in pixels, where the picture is large enough: smaller frames give the model too little context.</summary>
    public const int MinimumSide = 256;

    /// <summary>Minimum cells of the decoder's grid in which a model can draw something visible.</summary>
    public const int LeastCells = 8;

    /// <summary>Maximum frames of one edit: each takes as long as a picture.</summary>
    public const int MostFrames = 16;

    /// <summary>Minimum frame side in pixels: below it, a cell of the decoder's grid is smaller than a pixel.</summary>
    public const int SmallestSide = 64;

    // The side of the decoder's picture.
    private const int DecoderCells = 64;

    // A hole covers at most half of the frame's side if the picture is large enough, and never more than four fifths.
    private const int WantedContext = 2;
    private const double LeastContext = 1.25;

    // Source: the paper's outpainting, with an overlap of at least a quarter; the last frame of a row may overlap more.
    private const double LargestNewShare = 0.75;

    /// <summary>The frame around a hole: twice its longer side, shrunk to fit inside the picture if some context remains; otherwise it extends outside.</summary>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    /// <param name="hole">The region to regenerate, inside the picture.</param>
    public static PixelRectangle Around(int width, int height, PixelRectangle hole)
    {
        var longest = Math.Max(hole.Width, hole.Height);
        var (shorter, longer) = (Math.Min(width, height), Math.Max(width, height));
        var wanted = Math.Min(Math.Max(WantedContext * longest, MinimumSide), shorter);
        var needed = Math.Min((int)Math.Ceiling(LeastContext * longest), longer);
        var side = Math.Max(wanted, needed);
        return new PixelRectangle(
            Place(hole.Left, hole.Width, side, width), Place(hole.Top, hole.Height, side, height), side, side);
    }

    /// <summary>The frames that paint a hole: the one around it, or several smaller ones where the hole would have fewer than <see cref="LeastCells"/> cells of the
    /// decoder's grid in that, too few to show anything.</summary>
    /// <param name="mask">The pixels to keep.</param>
    /// <param name="hole">The bounding box of the others.</param>
    /// <returns>Frames that together cover the hole; each has something left to paint when its turn comes.</returns>
    public static IReadOnlyList<PixelRectangle> Over(KeepMask mask, PixelRectangle hole)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var around = Around(mask.Width, mask.Height, hole);
        var side = Math.Max(SmallestSide, (int)(Thickness(mask) * DecoderCells / LeastCells));
        return side >= around.Width ? [around] : Tiles(mask, hole, side);
    }

    /// <summary>The hole's maximum thickness in pixels.</summary>
    public static float Thickness(KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        return mask.KeepsNothing ? Math.Min(mask.Width, mask.Height) : 2 * RimDistance.Inside(mask).Max();
    }

    private static List<PixelRectangle> Tiles(KeepMask mask, PixelRectangle hole, int side)
    {
        var frames = new List<PixelRectangle>();
        var open = mask.Values.ToArray();
        foreach (var top in Starts(hole.Top, hole.Height, side, mask.Height))
        {
            foreach (var left in Starts(hole.Left, hole.Width, side, mask.Width))
            {
                if (Take(open, mask.Width, new PixelRectangle(left, top, side, side)))
                {
                    frames.Add(new PixelRectangle(left, top, side, side));
                }
            }
        }

        return frames;
    }

    /// <summary>The offsets of frames that cover a length with an overlap of at least a quarter, inside the picture.</summary>
    private static IEnumerable<int> Starts(int start, int length, int side, int limit)
    {
        var count = 1 + Parts(Math.Max(0, length - side), Math.Max(1, (int)(LargestNewShare * side)));
        for (var index = 0; index < count; index++)
        {
            yield return count == 1
                ? Place(start, length, side, limit)
                : Math.Clamp(start + (int)((long)(length - side) * index / (count - 1)), 0, limit - side);
        }
    }

    /// <summary>Marks the pixels under a frame as painted; it extends outside a picture that is narrower.</summary>
    /// <returns>Whether any of them was still to be painted.</returns>
    private static bool Take(bool[] kept, int width, PixelRectangle frame)
    {
        var isNew = false;
        var (left, right) = (Math.Max(0, frame.Left), Math.Min(width, frame.Right));
        for (var y = Math.Max(0, frame.Top); y < Math.Min(kept.Length / width, frame.Bottom); y++)
        {
            var row = kept.AsSpan((y * width) + left, right - left);
            isNew |= row.Contains(false);
            row.Fill(true);
        }

        return isNew;
    }

    /// <summary>The frames that extend a picture to a larger size, in order: left and right, then above and below over the full width.</summary>
    /// <param name="width">The larger picture's width in pixels.</param>
    /// <param name="height">The larger picture's height in pixels.</param>
    /// <param name="source">The original picture's position in it.</param>
    /// <returns>Frames inside the larger picture. When a frame's turn comes, at least a quarter of its side is already painted.</returns>
    public static IReadOnlyList<PixelRectangle> Outside(int width, int height, PixelRectangle source)
    {
        var frames = new List<PixelRectangle>();
        foreach (var (start, along, across) in Side(source.Left, source.Width, source.Height))
        {
            frames.Add(new PixelRectangle(source.Left - start, source.Top + across, along, along));
        }

        foreach (var (start, along, across) in Side(width - source.Right, source.Width, source.Height))
        {
            frames.Add(new PixelRectangle(source.Right + start - along, source.Top + across, along, along));
        }

        foreach (var (start, along, across) in Side(source.Top, source.Height, width))
        {
            frames.Add(new PixelRectangle(across, source.Top - start, along, along));
        }

        foreach (var (start, along, across) in Side(height - source.Bottom, source.Height, width))
        {
            frames.Add(new PixelRectangle(across, source.Bottom + start - along, along, along));
        }

        return frames;
    }

    /// <summary>The frames of one side, starting next to the picture.</summary>
    /// <param name="added">Number of pixels added on this side.</param>
    /// <param name="depth">Number of existing pixels perpendicular to the side.</param>
    /// <param name="length">The side's length in pixels.</param>
    /// <returns>Distance of the frame's outer edge from the picture, the frame's side, and its offset along the side; all in pixels.</returns>
    private static IEnumerable<(int Reach, int Frame, int Offset)> Side(int added, int depth, int length)
    {
        // At most three quarters of a frame is new, so at most three times the existing depth; the frame is as large as a square allows.
        var most = Math.Max(1, (int)Math.Min(LargestNewShare * length, LargestNewShare / (1 - LargestNewShare) * depth));
        var rows = Parts(added, most);
        var fresh = rows == 0 ? 0 : Parts(added, rows);
        var frame = Math.Min(length, depth + fresh);
        for (var row = 1; row <= rows; row++)
        {
            var reach = Math.Min(row * fresh, added);
            var columns = 1 + Parts(length - frame, Math.Max(1, (int)(LargestNewShare * frame)));
            for (var column = 0; column < columns; column++)
            {
                yield return (reach, frame, columns == 1 ? 0 : (int)((long)(length - frame) * column / (columns - 1)));
            }
        }
    }

    /// <summary>Ceiling division: the number of parts of a size that cover a length, or the size of a given number of parts.</summary>
    private static int Parts(int length, int size) => (length + size - 1) / size;

    private static int Place(int holeStart, int holeLength, int side, int length) => side > length
        ? (length - side) / 2
        : Math.Clamp(holeStart + ((holeLength - side) / 2), 0, length - side);
}
