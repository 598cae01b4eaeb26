using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Checks on blocks of numbers.</summary>
internal static class Numbers
{
    // Halfway between the bytes 0 and 1.
    private const float SmallestWritten = -1 + (1f / byte.MaxValue);

    /// <summary>Whether every value is a finite number.</summary>
    /// <remarks>NaN and ±∞ survive addition; a sum of network outputs cannot overflow on its own.</remarks>
    public static bool AreFinite(ReadOnlySpan<float> values) => float.IsFinite(TensorPrimitives.Sum(values));

    /// <summary>Whether every pixel of a picture is written as 0.</summary>
    /// <param name="values">Signed range; values below −1 are written as −1.</param>
    public static bool AreAllBlack(ReadOnlySpan<float> values) => TensorPrimitives.Max(values) < SmallestWritten;
}
