using System.Globalization;

namespace PromptCanvas.Cli.Bench;

/// <summary>Counts the floating-point operations of one U-Net row from its tensors: convolutions, linears and attention.</summary>
/// <remarks>Multiplications and additions count separately. Norms and activations are not counted, so shares of a peak are slightly low.</remarks>
internal sealed class UNetCost(IReadOnlyDictionary<string, IReadOnlyList<int>> shapes, int grid, int contextTokens)
{
    private readonly int levels = shapes.Keys
        .Where(name => name.StartsWith("down_blocks.", StringComparison.Ordinal))
        .Select(name => Index(name, 1))
        .DefaultIfEmpty(0)
        .Max() + 1;

    public double Operations()
    {
        var total = 0.0;
        foreach (var (name, shape) in shapes)
        {
            if (name.EndsWith(".weight", StringComparison.Ordinal))
            {
                total += shape.Count switch
                {
                    4 => 2.0 * Product(shape) * Positions(name),
                    2 => 2.0 * Product(shape) * Rows(name),
                    _ => 0,
                };
                total += name.EndsWith(".to_q.weight", StringComparison.Ordinal) ? Attention(shape[0], Positions(name)) : 0;
            }
        }

        return total;
    }

    /// <summary>Q·Kᵀ and A·V over the picture's own and the context's tokens.</summary>
    private double Attention(int width, double positions) => 2 * 2.0 * width * positions * (positions + contextTokens);

    private double Rows(string name)
    {
        if (name.Contains(".add_", StringComparison.Ordinal))
        {
            return contextTokens;
        }

        return name.Contains(".attentions.", StringComparison.Ordinal) ? Positions(name) : 1;
    }

    /// <summary>Number of grid positions that a tensor is applied at.</summary>
    private double Positions(string name)
    {
        var level = 0;
        if (name.StartsWith("mid_block.", StringComparison.Ordinal))
        {
            level = levels - 1;
        }
        else if (name.StartsWith("down_blocks.", StringComparison.Ordinal))
        {
            level = Index(name, 1) + (name.Contains(".downsamplers.", StringComparison.Ordinal) ? 1 : 0);
        }
        else if (name.StartsWith("up_blocks.", StringComparison.Ordinal))
        {
            level = levels - 1 - Index(name, 1) - (name.Contains(".upsamplers.", StringComparison.Ordinal) ? 1 : 0);
        }

        var side = grid / Math.Pow(2, level);
        return side * side;
    }

    private static int Index(string name, int part) => int.Parse(name.Split('.')[part], CultureInfo.InvariantCulture);

    private static double Product(IReadOnlyList<int> shape) => shape.Aggregate(1.0, (product, size) => product * size);
}
