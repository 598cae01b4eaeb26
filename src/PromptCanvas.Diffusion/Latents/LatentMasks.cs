namespace PromptCanvas.Diffusion.Latents;

/// <summary>Keep masks at the resolution of latents: 1 = known, row by row.</summary>
internal static class LatentMasks
{
    /// <summary>The keep mask a network of latents was trained to see.</summary>
    /// <param name="keep">One value a pixel, row by row: true = known.</param>
    /// <param name="width">W in pixels.</param>
    /// <param name="factor">f, pixels to a cell along each side.</param>
    /// <returns>(h, w): 1 = known.</returns>
    /// <remarks>
    /// A cell is known only when all its pixels are, which for holes along the cells is what Kandinsky's pipeline does; thinner ones it would lose.
    /// Then the known part shrinks by Kandinsky's six neighbours: every cell of the hole takes those above, left, above left, below, right and
    /// below right with it.
    /// </remarks>
    public static float[] FromPixels(ReadOnlySpan<bool> keep, int width, int factor)
    {
        var height = keep.Length / width;
        var (columns, rows) = (width / factor, height / factor);
        var cells = new bool[columns * rows];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            var (top, left) = (cell / columns * factor, cell % columns * factor);
            var known = true;
            for (var y = top; y < top + factor && known; y++)
            {
                known = !keep.Slice((y * width) + left, factor).Contains(false);
            }

            cells[cell] = known;
        }

        return Shrink(cells, columns);
    }

    private static float[] Shrink(bool[] cells, int columns)
    {
        var rows = cells.Length / columns;
        var mask = new float[cells.Length];
        for (var cell = 0; cell < cells.Length; cell++)
        {
            var (x, y) = (cell % columns, cell / columns);
            var known = cells[cell]
                && IsKnown(x, y + 1) && IsKnown(x + 1, y) && IsKnown(x + 1, y + 1)
                && IsKnown(x, y - 1) && IsKnown(x - 1, y) && IsKnown(x - 1, y - 1);
            mask[cell] = known ? 1 : 0;
        }

        return mask;

        bool IsKnown(int x, int y) => x < 0 || y < 0 || x >= columns || y >= rows || cells[(y * columns) + x];
    }
}
