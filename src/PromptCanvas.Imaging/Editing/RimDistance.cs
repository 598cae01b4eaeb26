namespace PromptCanvas.Imaging.Editing;

/// <summary>Distance transform of a mask's holes.</summary>
public static class RimDistance
{
    // At most 8 % off the Euclidean distance, which is invisible in a soft edge.
    private const float Straight = 1;
    private const float Diagonal = 1.4142135f;

    /// <summary>For each pixel, the distance to the nearest kept pixel, in pixels; 0 for kept pixels, infinite if no pixel is kept.</summary>
    /// <remarks>Source: Borgefors (1986), chamfer distance in two passes. The picture's border does not count as kept.</remarks>
    public static float[] Inside(KeepMask mask)
    {
        ArgumentNullException.ThrowIfNull(mask);
        var (width, height) = (mask.Width, mask.Height);
        var distances = new float[width * height];
        for (var pixel = 0; pixel < distances.Length; pixel++)
        {
            distances[pixel] = mask.Values[pixel] ? 0 : float.PositiveInfinity;
        }

        for (var y = 0; y < height; y++)
        {
            for (var x = 0; x < width; x++)
            {
                Lower(distances, width, height, x, y, -1);
            }
        }

        for (var y = height - 1; y >= 0; y--)
        {
            for (var x = width - 1; x >= 0; x--)
            {
                Lower(distances, width, height, x, y, 1);
            }
        }

        return distances;
    }

    // The neighbours already visited by this pass: those in the previous (or next) row, and the adjacent one in this row.
    private static void Lower(float[] distances, int width, int height, int x, int y, int direction)
    {
        var pixel = (y * width) + x;
        var least = distances[pixel];
        if (least == 0)
        {
            return;
        }

        if (x + direction >= 0 && x + direction < width)
        {
            least = Math.Min(least, distances[pixel + direction] + Straight);
        }

        if (y + direction >= 0 && y + direction < height)
        {
            var adjacent = pixel + (direction * width);
            least = Math.Min(least, distances[adjacent] + Straight);
            least = x > 0 ? Math.Min(least, distances[adjacent - 1] + Diagonal) : least;
            least = x < width - 1 ? Math.Min(least, distances[adjacent + 1] + Diagonal) : least;
        }

        distances[pixel] = least;
    }
}
