using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Guidance;

/// <summary>Interpolates between embeddings or noises along the arc between them.</summary>
public static class SphericalInterpolation
{
    /// <summary>Above this cosine the arc is as good as straight, and sin Ω too small to divide by.</summary>
    private const double StraightCosine = 0.9995;

    /// <summary>[sin((1−τ)Ω)·â + sin(τΩ)·b̂] / sin Ω times the linear interpolation of the norms; linear where the two are nearly parallel or opposite.</summary>
    /// <param name="start">a; the result at τ = 0.</param>
    /// <param name="end">b, of the same length; the result at τ = 1.</param>
    /// <param name="fraction">τ, 0 … 1.</param>
    /// <param name="destination">Receives the interpolation; must not overlap the inputs.</param>
    /// <exception cref="ArgumentException">Lengths differ or are 0, or τ is outside 0 … 1.</exception>
    /// <remarks>Source: Shoemake (1985). Ω is the angle between the whole vectors, from one dot product.</remarks>
    public static void Interpolate(ReadOnlySpan<float> start, ReadOnlySpan<float> end, double fraction, Span<float> destination)
    {
        if (start.IsEmpty || end.Length != start.Length || destination.Length != start.Length)
        {
            throw new ArgumentException($"Lengths differ or are 0: {start.Length}, {end.Length}, {destination.Length}.", nameof(destination));
        }

        if (!(fraction >= 0 && fraction <= 1))
        {
            throw new ArgumentOutOfRangeException(nameof(fraction), fraction, "τ must be inside 0 … 1.");
        }

        var startNorm = (double)TensorPrimitives.Norm(start);
        var endNorm = (double)TensorPrimitives.Norm(end);
        var cosine = startNorm > 0 && endNorm > 0 ? TensorPrimitives.Dot(start, end) / (startNorm * endNorm) : 1;
        var (startWeight, endWeight) = (1 - fraction, fraction);
        if (Math.Abs(cosine) <= StraightCosine)
        {
            var angle = Math.Acos(cosine);
            var norm = (startNorm * (1 - fraction)) + (endNorm * fraction);
            startWeight = norm * Math.Sin((1 - fraction) * angle) / (Math.Sin(angle) * startNorm);
            endWeight = norm * Math.Sin(fraction * angle) / (Math.Sin(angle) * endNorm);
        }

        TensorPrimitives.Multiply(start, (float)startWeight, destination);
        TensorPrimitives.MultiplyAdd(end, (float)endWeight, destination, destination);
    }
}
