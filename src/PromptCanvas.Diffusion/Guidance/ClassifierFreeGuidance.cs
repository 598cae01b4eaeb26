using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Guidance;

/// <summary>Pushes a prediction away from the unconditional prediction.</summary>
/// <remarks>Source: Ho and Salimans (2022). Linear, so it applies equally to noise, clean sample or velocity, before clipping.</remarks>
public static class ClassifierFreeGuidance
{
    private const int ChunkLength = 512;

    /// <summary>uncond + w·(cond − uncond).</summary>
    /// <param name="unconditional">The prediction under the empty prompt.</param>
    /// <param name="conditional">The prediction under the prompt, of the same length.</param>
    /// <param name="guidanceScale">w: 1 = <paramref name="conditional"/> and 0 = <paramref name="unconditional"/>, bit for bit.</param>
    /// <param name="destination">Receives the guided prediction; may be either input itself, but not partly overlap them.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static void Combine(
        ReadOnlySpan<float> unconditional, ReadOnlySpan<float> conditional, double guidanceScale, Span<float> destination)
    {
        if (conditional.Length != unconditional.Length || destination.Length != unconditional.Length)
        {
            throw new ArgumentException(
                $"Lengths differ: {unconditional.Length} unconditional, {conditional.Length} conditional, {destination.Length} to write.",
                nameof(destination));
        }

        switch (guidanceScale)
        {
            case 1:
                conditional.CopyTo(destination);
                break;
            case 0:
                unconditional.CopyTo(destination);
                break;
            default:
                Extrapolate(unconditional, conditional, (float)guidanceScale, destination);
                break;
        }
    }

    private static void Extrapolate(
        ReadOnlySpan<float> unconditional, ReadOnlySpan<float> conditional, float guidanceScale, Span<float> destination)
    {
        // (1−w)·uncond + w·cond would need no scratch, but loses digits where the two are close.
        Span<float> chunk = stackalloc float[ChunkLength];
        for (var start = 0; start < destination.Length; start += ChunkLength)
        {
            var length = Math.Min(ChunkLength, destination.Length - start);
            var difference = chunk[..length];
            var origin = unconditional.Slice(start, length);
            TensorPrimitives.Subtract(conditional.Slice(start, length), origin, difference);
            TensorPrimitives.MultiplyAdd(difference, guidanceScale, origin, destination.Slice(start, length));
        }
    }
}
