using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Checks on blocks of numbers.</summary>
internal static class Numbers
{
    /// <summary>Whether every value is a finite number.</summary>
    /// <remarks>NaN and ±∞ survive addition; a sum of network outputs cannot overflow on its own.</remarks>
    public static bool AreFinite(ReadOnlySpan<float> values) => float.IsFinite(TensorPrimitives.Sum(values));
}
