namespace PromptCanvas.Diffusion.Images;

/// <summary>Lays painted pictures into the hole of a known region at one resolution. Immutable.</summary>
internal sealed class HoleBlender
{
    // Two cells of a 64² decoder: as far as its picture of the rim and the known pixels differ.
    private const int FeatherDivisor = 32;

    // The inner half of a thin hole is painted as it was drawn.
    private const float FadeOfDepth = 2;

    // Pixels of the hole whose colour the neighbouring known pixels decide.
    private const float RimWidth = 2;

    // A quarter of the range: a painted background differs by less from the known pixels, a painted object by more.
    private const float ToleratedDifference = 0.5f;

    // Twice the typical deviation holds 95 % of a normal texture.
    private const float TextureRange = 2;

    private readonly SignedImage known;
    private readonly float[] distances;
    private readonly float[] fades;
    private readonly float feather;
    private readonly Lazy<float[]> texture;

    /// <summary>Measures a hole.</summary>
    /// <param name="known">Square, its hole closed smoothly.</param>
    /// <param name="keep">One value a pixel, row by row: true = known.</param>
    public HoleBlender(SignedImage known, bool[] keep)
    {
        this.known = known;
        distances = KeepMasks.DistanceToKnown(keep, known.Width);
        feather = Math.Max(1f, (float)known.Width / FeatherDivisor);
        fades = Array.ConvertAll(KeepMasks.Depths(distances, known.Width), depth => Math.Clamp(depth / FadeOfDepth, 1, feather));
        texture = new Lazy<float[]>(() => MeasureTexture(keep));
    }

    /// <summary>The known pixels unchanged, the painted ones in the hole, with a transition inside its rim.</summary>
    /// <param name="painted">A picture of the same side; not changed.</param>
    /// <param name="continues">
    /// Whether it must only continue the known picture. If not, a large difference at the rim is an object that was painted there
    /// on purpose.
    /// </param>
    /// <remarks>Source: Pérez et al. (2003), Poisson image editing, eq. 5: the difference at the rim, spread smoothly over the hole, is subtracted.</remarks>
    public SignedImage Blend(SignedImage painted, bool continues)
    {
        var difference = RimDifference(painted, continues);
        var blended = new float[painted.Values.Length];
        for (var index = 0; index < blended.Length; index++)
        {
            var closed = known.Values[index];
            var detail = painted.Values[index] + difference.Values[index] - closed;
            if (continues)
            {
                detail = Limit(detail, texture.Value[index / distances.Length]);
            }

            var pixel = index % distances.Length;
            blended[index] = closed + (Smoothstep(distances[pixel] / (fades[pixel] + 1)) * detail);
        }

        return new SignedImage(painted.Width, painted.Height, blended);
    }

    /// <summary>By how much a picture must change for its rim to meet the known pixels, spread smoothly over everything.</summary>
    private SignedImage RimDifference(SignedImage painted, bool continues)
    {
        var rim = new bool[distances.Length];
        var difference = new float[painted.Values.Length];
        for (var pixel = 0; pixel < rim.Length; pixel++)
        {
            rim[pixel] = distances[pixel] is > 0 and <= RimWidth;
            if (!rim[pixel])
            {
                continue;
            }

            var largest = 0f;
            for (var at = pixel; at < difference.Length; at += rim.Length)
            {
                difference[at] = known.Values[at] - painted.Values[at];
                largest = Math.Max(largest, Math.Abs(difference[at]));
            }

            var share = continues ? 1 : 1 - Smoothstep((largest / ToleratedDifference) - 1);
            for (var at = pixel; at < difference.Length; at += rim.Length)
            {
                difference[at] *= share;
            }
        }

        return HoleFiller.Fill(new SignedImage(painted.Width, painted.Height, difference), rim);
    }

    /// <summary>The deviation of the known pixels around the hole from a smooth surface through those behind them: the limit for the closed hole, too.</summary>
    /// <returns>The root mean square of each channel.</returns>
    private float[] MeasureTexture(bool[] keep)
    {
        var outside = KeepMasks.DistanceToKnown(Array.ConvertAll(keep, kept => !kept), known.Width);
        var behind = Array.ConvertAll(outside, distance => distance > 2 * feather);
        var smooth = HoleFiller.Fill(known, behind);
        var sums = new double[SignedImage.Channels];
        var count = 0;
        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            if (keep[pixel] && !behind[pixel])
            {
                count++;
                for (var channel = 0; channel < sums.Length; channel++)
                {
                    var at = (channel * keep.Length) + pixel;
                    sums[channel] += Math.Pow(known.Values[at] - smooth.Values[at], 2);
                }
            }
        }

        return Array.ConvertAll(sums, sum => (float)Math.Sqrt(sum / Math.Max(1, count)));
    }

    private static float Limit(float detail, float texture)
    {
        var range = TextureRange * texture;
        return range > 0 ? range * MathF.Tanh(detail / range) : 0;
    }

    private static float Smoothstep(float share)
    {
        var clamped = Math.Clamp(share, 0, 1);
        return clamped * clamped * (3 - (2 * clamped));
    }
}
