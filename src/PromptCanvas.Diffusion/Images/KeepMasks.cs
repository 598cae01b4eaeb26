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

    /// <summary>For each pixel of a hole, the largest distance to the known pixels within its connected part, half its thickness; 0 where known.</summary>
    /// <param name="distances">From <see cref="DistanceToKnown"/>.</param>
    /// <param name="side">In pixels.</param>
    public static float[] Depths(ReadOnlySpan<float> distances, int side)
    {
        var depths = new float[distances.Length];
        var part = new List<int>();
        var isSeen = new bool[distances.Length];
        for (var start = 0; start < distances.Length; start++)
        {
            if (distances[start] == 0 || isSeen[start])
            {
                continue;
            }

            part.Clear();
            part.Add(start);
            isSeen[start] = true;
            var deepest = 0f;
            for (var next = 0; next < part.Count; next++)
            {
                var pixel = part[next];
                deepest = Math.Max(deepest, distances[pixel]);
                var (x, y) = (pixel % side, pixel / side);
                for (var row = Math.Max(0, y - 1); row < Math.Min(side, y + 2); row++)
                {
                    for (var column = Math.Max(0, x - 1); column < Math.Min(side, x + 2); column++)
                    {
                        var neighbour = (row * side) + column;
                        if (distances[neighbour] > 0 && !isSeen[neighbour])
                        {
                            isSeen[neighbour] = true;
                            part.Add(neighbour);
                        }
                    }
                }
            }

            foreach (var pixel in part)
            {
                depths[pixel] = deepest;
            }
        }

        return depths;
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
