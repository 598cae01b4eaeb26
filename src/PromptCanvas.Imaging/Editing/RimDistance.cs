namespace PromptCanvas.Imaging.Editing;

/// <summary>How far a mask's holes reach inwards.</summary>
public static class RimDistance
{
    // Off by at most 8 % from the true distance, which no eye sees in a soft edge.
    private const float Straight = 1;
    private const float Diagonal = 1.4142135f;

    /// <summary>For each pixel the distance to the nearest kept one, in pixels; 0 for what is kept, infinite where nothing is.</summary>
    /// <remarks>Source: Borgefors (1986), chamfer distance in two passes. The picture's own edge is no rim.</remarks>
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

    // The neighbours that the pass has been at: those of the row before (or after), and the one beside.
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
            var beside = pixel + (direction * width);
            least = Math.Min(least, distances[beside] + Straight);
            least = x > 0 ? Math.Min(least, distances[beside - 1] + Diagonal) : least;
            least = x < width - 1 ? Math.Min(least, distances[beside + 1] + Diagonal) : least;
        }

        distances[pixel] = least;
    }
}
