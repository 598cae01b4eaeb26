namespace PromptCanvas.Imaging.Editing;

/// <summary>Chooses the squares in which a model paints parts of pictures of any size. Pure geometry.</summary>
public static class FramePlanner
{
    /// <summary>Smaller frames than this show the model too little of the picture, where the picture has more.</summary>
    public const int MinimumSide = 256;

    // A hole takes at most half of the frame's side while the picture gives room, and never more than four fifths.
    private const int WantedContext = 2;
    private const double LeastContext = 1.25;

    // The paper's outpainting overlaps by a quarter and more; the last frame of a row may overlap by more than that.
    private const double LargestNewShare = 0.75;

    /// <summary>The square around a hole: twice its longer side, but inside the picture while that leaves the hole a rim; otherwise it reaches outside.</summary>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    /// <param name="hole">What is painted anew, inside the picture.</param>
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

    /// <summary>The frames that paint a wider picture around a smaller one, in order: left and right first, then above and below over the whole width.</summary>
    /// <param name="width">The wider picture's width in pixels.</param>
    /// <param name="height">The wider picture's height in pixels.</param>
    /// <param name="source">Where the smaller picture lies in it.</param>
    /// <returns>Each frame lies inside the wider picture, and at least a quarter of its side is there when its turn comes.</returns>
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

    /// <summary>The frames of one side, nearest to the picture first.</summary>
    /// <param name="added">How many pixels are added on this side.</param>
    /// <param name="depth">How many are there already, away from the side.</param>
    /// <param name="length">The side's length.</param>
    /// <returns>How far the frame's outer edge lies outside, the frame's side, and its offset along the side.</returns>
    private static IEnumerable<(int Reach, int Frame, int Offset)> Side(int added, int depth, int length)
    {
        // New pixels are at most three quarters of a frame, so at most thrice what is there; the frame shows as much as a square can.
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

    /// <summary>How many parts of a size it takes to cover a length; so also how long the parts are when their number is given.</summary>
    private static int Parts(int length, int size) => (length + size - 1) / size;

    private static int Place(int holeStart, int holeLength, int side, int length) => side > length
        ? (length - side) / 2
        : Math.Clamp(holeStart + ((holeLength - side) / 2), 0, length - side);
}
