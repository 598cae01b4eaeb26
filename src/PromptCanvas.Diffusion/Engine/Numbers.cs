using System.Numerics.Tensors;

namespace PromptCanvas.Diffusion.Engine;

/// <summary>Checks on blocks of numbers.</summary>
internal static class Numbers
{
    /// <summary>Whether every value is a finite number.</summary>
    /// <remarks>A block that holds NaN or ±∞ gives NaN when multiplied by zero and added up; a finite block gives zero.</remarks>
    public static bool AreFinite(ReadOnlySpan<float> values)
    {
        const int block = 4096;
        Span<float> products = stackalloc float[block];
        for (var start = 0; start < values.Length; start += block)
        {
            var slice = values.Slice(start, Math.Min(block, values.Length - start));
            TensorPrimitives.Multiply(slice, 0f, products);
            if (TensorPrimitives.Sum(products[..slice.Length]) != 0)
            {
                return false;
            }
        }

        return true;
    }
}
