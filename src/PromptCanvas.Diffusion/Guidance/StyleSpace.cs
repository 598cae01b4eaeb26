using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Guidance;

/// <summary>The style of pictures as a direction among image embeddings: where the pictures lie, seen from where their captions lead the prior.</summary>
/// <remarks>A cousin of the text difference (Ramesh et al. 2022, section 3.3): both ends are image embeddings, so that no difference between the
/// modalities of CLIP is part of it.</remarks>
public static class StyleSpace
{
    /// <summary>How far along the arc to the style's direction the weight 1 moves an embedding: on the starter, as far as pictures follow. docs/styles.md has the measurement.</summary>
    public const double Reach = 0.28;

    /// <summary>How far along the arc half the weight moves an embedding, if nothing was measured.</summary>
    public const double HalfReach = Reach / 2;

    /// <summary>The mean of p̂ − ĉ over the pictures, where both are normalised; its length, 0 … 2, tells how much the pictures have in common that
    /// their captions leave open.</summary>
    /// <param name="pictures">p₁, p₂, …, the image embeddings of the pictures, at least one.</param>
    /// <param name="captions">c₁, c₂, …, for each picture the image embedding that the prior gives for its caption.</param>
    /// <exception cref="ArgumentException">Counts or lengths differ, or there are no pictures.</exception>
    public static float[] Direction(IReadOnlyList<float[]> pictures, IReadOnlyList<float[]> captions)
    {
        ArgumentNullException.ThrowIfNull(pictures);
        ArgumentNullException.ThrowIfNull(captions);
        if (pictures.Count == 0 || captions.Count != pictures.Count)
        {
            throw new ArgumentException($"A style needs pictures and one caption for each: {pictures.Count} pictures, {captions.Count} captions.", nameof(captions));
        }

        var direction = new float[pictures[0].Length];
        for (var index = 0; index < pictures.Count; index++)
        {
            var (picture, caption) = (Unit(pictures[index]), Unit(captions[index]));
            TensorPrimitives.Subtract(picture, caption, picture);
            TensorPrimitives.Add(direction, picture, direction);
        }

        TensorPrimitives.Divide(direction, pictures.Count, direction);
        return direction;
    }

    /// <summary>Moves an embedding along the arc to a style's direction, or to its opposite; its length stays.</summary>
    /// <param name="embedding">The image embedding.</param>
    /// <param name="direction">Of the same length; without a direction (all 0) nothing moves.</param>
    /// <param name="weight">−1 … 1; 1 is <see cref="Reach"/> of the arc, less than 0 leads away from the style.</param>
    /// <param name="halfReach">The part of the arc that ½ and −½ are; weights in between are in proportion.</param>
    /// <exception cref="ArgumentException">Lengths differ, or the weight is outside −1 … 1.</exception>
    public static float[] Apply(ReadOnlySpan<float> embedding, ReadOnlySpan<float> direction, double weight, double halfReach = HalfReach)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(Math.Abs(weight), 1, nameof(weight));
        return Move(embedding, direction, Math.Sign(weight) * ReachOf(Math.Abs(weight), halfReach));
    }

    /// <summary>Moves an embedding along the arc to a style's direction; its length stays.</summary>
    /// <param name="embedding">The image embedding.</param>
    /// <param name="direction">Of the same length; without a direction (all 0) nothing moves.</param>
    /// <param name="reach">−1 … 1, the part of the arc; less than 0 = along the arc to the opposite.</param>
    public static float[] Move(ReadOnlySpan<float> embedding, ReadOnlySpan<float> direction, double reach)
    {
        var target = direction.ToArray();
        TensorPrimitives.Multiply(target, Math.Sign(reach), target);
        EmbeddingSpace.SetLength(target, EmbeddingSpace.Length(embedding));
        if (EmbeddingSpace.Length(target) == 0)
        {
            return embedding.ToArray();
        }

        var moved = new float[embedding.Length];
        SphericalInterpolation.Interpolate(embedding, target, Math.Abs(reach), moved);
        return moved;
    }

    // Two straight lines, which meet at half the weight.
    private static double ReachOf(double weight, double halfReach) =>
        weight <= 0.5 ? 2 * weight * halfReach : halfReach + (((2 * weight) - 1) * (Reach - halfReach));

    private static float[] Unit(float[] embedding)
    {
        var unit = (float[])embedding.Clone();
        EmbeddingSpace.SetLength(unit, 1);
        return unit;
    }
}
