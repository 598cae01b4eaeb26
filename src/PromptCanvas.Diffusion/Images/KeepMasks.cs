namespace PromptCanvas.Diffusion.Images;

/// <summary>Arithmetic of square keep masks: true = known, row by row.</summary>
internal static class KeepMasks
{
    /// <summary>Another side: a cell is known only when every pixel it touches is.</summary>
    public static bool[] Resize(ReadOnlySpan<bool> keep, int side, int newSide)
    {
        var resized = new bool[newSide * newSide];
        for (var y = 0; y < newSide; y++)
        {
            var (top, bottom) = Touched(y, side, newSide);
            for (var x = 0; x < newSide; x++)
            {
                var (left, right) = Touched(x, side, newSide);
                var known = true;
                for (var row = top; row < bottom && known; row++)
                {
                    known = !keep[((row * side) + left)..((row * side) + right)].Contains(false);
                }

                resized[(y * newSide) + x] = known;
            }
        }

        return resized;
    }

    /// <summary>The hole grown by one cell in all eight directions.</summary>
    public static bool[] GrowHole(ReadOnlySpan<bool> keep, int side)
    {
        var grown = new bool[keep.Length];
        for (var y = 0; y < side; y++)
        {
            for (var x = 0; x < side; x++)
            {
                var (left, right) = (Math.Max(0, x - 1), Math.Min(side, x + 2));
                var known = true;
                for (var row = Math.Max(0, y - 1); row < Math.Min(side, y + 2) && known; row++)
                {
                    known = !keep[((row * side) + left)..((row * side) + right)].Contains(false);
                }

                grown[(y * side) + x] = known;
            }
        }

        return grown;
    }

    /// <summary>How far each unknown pixel is from the nearest known one, in pixels; 0 where known, infinite where nothing is.</summary>
    /// <remarks>Borgefors (1986), distance transformations: two passes with steps 1 and √2, at most 8 % too long.</remarks>
    public static float[] DistanceToKnown(ReadOnlySpan<bool> keep, int side)
    {
        var distances = new float[keep.Length];
        for (var pixel = 0; pixel < distances.Length; pixel++)
        {
            distances[pixel] = keep[pixel] ? 0 : float.PositiveInfinity;
        }

        for (var pixel = 0; pixel < distances.Length; pixel++)
        {
            Relax(distances, pixel, side, -1);
        }

        for (var pixel = distances.Length - 1; pixel >= 0; pixel--)
        {
            Relax(distances, pixel, side, 1);
        }

        return distances;
    }

    /// <summary>Takes the way over the neighbours that the pass has already seen: the row behind, and the pixel behind.</summary>
    private static void Relax(float[] distances, int pixel, int side, int direction)
    {
        var (x, y) = (pixel % side, pixel / side);
        var nearest = distances[pixel];
        if (nearest == 0)
        {
            return;
        }

        if (InRange(x + direction))
        {
            nearest = Math.Min(nearest, distances[pixel + direction] + 1);
        }

        if (InRange(y + direction))
        {
            var row = (y + direction) * side;
            nearest = Math.Min(nearest, distances[row + x] + 1);
            nearest = x > 0 ? Math.Min(nearest, distances[row + x - 1] + float.Sqrt(2)) : nearest;
            nearest = x < side - 1 ? Math.Min(nearest, distances[row + x + 1] + float.Sqrt(2)) : nearest;
        }

        distances[pixel] = nearest;

        bool InRange(int position) => position >= 0 && position < side;
    }

    private static (int First, int End) Touched(int cell, int side, int newSide)
    {
        var first = (int)((long)cell * side / newSide);
        var end = (int)(((((long)cell + 1) * side) + newSide - 1) / newSide);
        return (first, Math.Max(end, first + 1));
    }
}
