namespace PromptCanvas.Diffusion.Images;

/// <summary>Closes a hole with the smooth surface spanned by its rim, so that nothing of its old content remains.</summary>
/// <remarks>Laplace's equation with the known pixels as boundary, solved from coarse to fine as in the push–pull of Gortler et al. (1996), The Lumigraph, section 3.4.</remarks>
public static class HoleFiller
{
    // A coarser level has solved all but the last two pixels' worth of detail; a few sweeps smooth that away.
    private const int Sweeps = 8;

    /// <summary>Fills every pixel that is not kept; kept pixels stay as they are.</summary>
    /// <param name="picture">Any range; not changed.</param>
    /// <param name="keep">H·W values, row by row: true = known.</param>
    /// <returns>A new picture; all zero where nothing at all is known.</returns>
    /// <exception cref="ArgumentException">The number of mask values is not H·W.</exception>
    public static SignedImage Fill(SignedImage picture, ReadOnlySpan<bool> keep)
    {
        ArgumentNullException.ThrowIfNull(picture);
        if (keep.Length != picture.Width * picture.Height)
        {
            throw new ArgumentException($"A {picture.Width} × {picture.Height} picture has no mask of {keep.Length} values.", nameof(keep));
        }

        var values = (float[])picture.Values.Clone();
        var plane = keep.Length;
        for (var pixel = 0; pixel < plane; pixel++)
        {
            if (!keep[pixel])
            {
                values[pixel] = values[plane + pixel] = values[(2 * plane) + pixel] = 0;
            }
        }

        if (keep.Contains(true) && keep.Contains(false))
        {
            Solve(new Level(picture.Width, picture.Height, values, keep.ToArray()));
        }

        return new SignedImage(picture.Width, picture.Height, values);
    }

    private static void Solve(Level level)
    {
        if (Array.TrueForAll(level.Known, known => known))
        {
            return;
        }

        var coarser = level.Reduce();
        Solve(coarser);
        level.TakeFrom(coarser);
        for (var sweep = 0; sweep < Sweeps; sweep++)
        {
            level.Smooth();
        }
    }

    /// <summary>The picture at one resolution; the values of unknown pixels are solved for.</summary>
    private sealed record Level(int Width, int Height, float[] Values, bool[] Known)
    {
        /// <summary>Half the size: means of the known pixels of each 2 × 2 block.</summary>
        public Level Reduce()
        {
            var (width, height) = ((Width + 1) / 2, (Height + 1) / 2);
            var values = new float[SignedImage.Channels * width * height];
            var counts = new int[width * height];
            for (var pixel = 0; pixel < Known.Length; pixel++)
            {
                if (Known[pixel])
                {
                    var target = (pixel / Width / 2 * width) + (pixel % Width / 2);
                    counts[target]++;
                    for (var channel = 0; channel < SignedImage.Channels; channel++)
                    {
                        values[(channel * counts.Length) + target] += Values[(channel * Known.Length) + pixel];
                    }
                }
            }

            for (var index = 0; index < values.Length; index++)
            {
                values[index] /= Math.Max(1, counts[index % counts.Length]);
            }

            return new Level(width, height, values, Array.ConvertAll(counts, count => count > 0));
        }

        /// <summary>Starts the unknown pixels at the coarser solution, interpolated linearly.</summary>
        public void TakeFrom(Level coarser)
        {
            for (var pixel = 0; pixel < Known.Length; pixel++)
            {
                if (Known[pixel])
                {
                    continue;
                }

                var (x, y) = (pixel % Width, pixel / Width);
                var (nearX, farX) = Neighbours(x, coarser.Width);
                var (nearY, farY) = Neighbours(y, coarser.Height);
                for (var channel = 0; channel < SignedImage.Channels; channel++)
                {
                    var from = coarser.Values.AsSpan(channel * coarser.Known.Length, coarser.Known.Length);
                    var near = (0.75f * from[(nearY * coarser.Width) + nearX]) + (0.25f * from[(nearY * coarser.Width) + farX]);
                    var far = (0.75f * from[(farY * coarser.Width) + nearX]) + (0.25f * from[(farY * coarser.Width) + farX]);
                    Values[(channel * Known.Length) + pixel] = (0.75f * near) + (0.25f * far);
                }
            }
        }

        /// <summary>One sweep: every unknown pixel becomes the mean of its neighbours.</summary>
        public void Smooth()
        {
            for (var channel = 0; channel < SignedImage.Channels; channel++)
            {
                var plane = Values.AsSpan(channel * Known.Length, Known.Length);
                for (var pixel = 0; pixel < plane.Length; pixel++)
                {
                    if (!Known[pixel])
                    {
                        var (x, y) = (pixel % Width, pixel / Width);
                        var left = plane[x > 0 ? pixel - 1 : pixel];
                        var right = plane[x < Width - 1 ? pixel + 1 : pixel];
                        var above = plane[y > 0 ? pixel - Width : pixel];
                        var below = plane[y < Height - 1 ? pixel + Width : pixel];
                        plane[pixel] = (left + right + above + below) / 4;
                    }
                }
            }
        }

        /// <summary>The coarser pixel that holds this one, and the one on this one's side of it.</summary>
        private static (int Near, int Far) Neighbours(int position, int coarserLength)
        {
            var near = position / 2;
            return (near, Math.Clamp(near + (position % 2 == 0 ? -1 : 1), 0, coarserLength - 1));
        }
    }
}
