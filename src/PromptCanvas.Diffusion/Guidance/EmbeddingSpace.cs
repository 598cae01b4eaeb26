using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Guidance;

/// <summary>Arithmetic on CLIP embeddings. They keep their lengths unless stated otherwise: the networks were trained on embeddings that are not normalised.</summary>
public static class EmbeddingSpace
{
    /// <summary>‖a‖.</summary>
    /// <param name="embedding">a.</param>
    public static double Length(ReadOnlySpan<float> embedding) => TensorPrimitives.Norm(embedding);

    /// <summary>The dot product of two normalised embeddings, −1 … 1; 0 where one has no direction.</summary>
    /// <param name="left">a.</param>
    /// <param name="right">b, of the same length.</param>
    /// <exception cref="ArgumentException">Lengths differ.</exception>
    public static double Cosine(ReadOnlySpan<float> left, ReadOnlySpan<float> right)
    {
        if (left.Length != right.Length)
        {
            throw new ArgumentException($"Lengths differ: {left.Length}, {right.Length}.", nameof(right));
        }

        var norms = Length(left) * Length(right);
        return norms > 0 ? TensorPrimitives.Dot(left, right) / norms : 0;
    }

    /// <summary>Scales an embedding to a length, in place; one without a direction stays as it is.</summary>
    /// <param name="embedding">a.</param>
    /// <param name="length">The new ‖a‖.</param>
    public static void SetLength(Span<float> embedding, double length)
    {
        var norm = Length(embedding);
        if (norm > 0)
        {
            TensorPrimitives.Multiply(embedding, (float)(length / norm), embedding);
        }
    }

    /// <summary>
    /// Mixes embeddings one after the other: z ← slerp(z, zₖ, wₖ / (w₁ + … + wₖ)). Weights are taken relative to their sum. For two it is
    /// the slerp at w₂ / (w₁ + w₂); for more the result depends a little on the order.
    /// </summary>
    /// <param name="embeddings">z₁, z₂, …, at least one, of one length.</param>
    /// <param name="weights">w₁, w₂, …: none negative, not all 0.</param>
    /// <exception cref="ArgumentException">Counts or lengths differ, or a weight is impossible.</exception>
    /// <remarks>Source: Ramesh et al. (2022), section 3.2, for two.</remarks>
    public static float[] Blend(IReadOnlyList<float[]> embeddings, IReadOnlyList<double> weights)
    {
        ArgumentNullException.ThrowIfNull(embeddings);
        ArgumentNullException.ThrowIfNull(weights);
        if (weights.Count != embeddings.Count || weights.Any(weight => !(weight >= 0 && double.IsFinite(weight))) || !(weights.Sum() > 0))
        {
            throw new ArgumentException("A blend needs one weight for each embedding, none negative and not all 0.", nameof(weights));
        }

        var mixture = new float[embeddings[0].Length];
        var next = new float[mixture.Length];
        var sum = 0.0;
        for (var index = 0; index < embeddings.Count; index++)
        {
            if (weights[index] == 0)
            {
                continue;
            }

            sum += weights[index];
            if (sum == weights[index])
            {
                embeddings[index].CopyTo(mixture, 0);
            }
            else
            {
                SphericalInterpolation.Interpolate(mixture, embeddings[index], weights[index] / sum, next);
                (mixture, next) = (next, mixture);
            }
        }

        return mixture;
    }

    /// <summary>normalise(t̂ − t̂₀)·length, where t̂ and t̂₀ are normalised; without a direction (all 0) where the texts mean the same.</summary>
    /// <param name="from">t₀, the embedding of the current caption.</param>
    /// <param name="to">t, the embedding of the wanted caption.</param>
    /// <param name="length">Of the result.</param>
    /// <remarks>Source: Ramesh et al. (2022), section 3.3.</remarks>
    public static float[] Difference(ReadOnlySpan<float> from, ReadOnlySpan<float> to, double length)
    {
        var start = from.ToArray();
        var difference = to.ToArray();
        SetLength(start, 1);
        SetLength(difference, 1);
        TensorPrimitives.Subtract(difference, start, difference);
        SetLength(difference, length);
        return difference;
    }
}
