using System.Globalization;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>Counts the floating-point operations of one row from a network's table: convolutions, linear layers and attention.</summary>
/// <remarks>A multiplication and an addition each count; norms and activations are left out, so shares of a peak come out a little low.</remarks>
internal sealed class OperationCount
{
    private readonly NetworkGraph graph;
    private readonly int levels;
    private readonly int tokens;
    private readonly int contextTokens;

    /// <summary>Prepares to count.</summary>
    /// <param name="graph">The network.</param>
    public OperationCount(NetworkGraph graph)
    {
        this.graph = graph;
        levels = 1 + graph.Weights
            .Where(weight => weight.Name.StartsWith("down_blocks.", StringComparison.Ordinal))
            .Select(weight => Index(weight.Name, 1))
            .DefaultIfEmpty(0)
            .Max();

        // A transformer has one row of its table of positions for each token.
        tokens = graph.Weights.FirstOrDefault(weight => weight.Name.Contains("position", StringComparison.Ordinal))?.Shape[^2] ?? 1;
        contextTokens = graph.Inputs.FirstOrDefault(input => input.Name == NetworkNames.EncoderHiddenStates)?.Shape[1].Size
            ?? (graph.Weights.Any(weight => weight.Name == ImageUNet.ContextNorm) ? ImageUNet.ContextTokens : 0);
    }

    private bool IsAutoencoder => graph.Inputs.Concat(graph.Outputs).Any(tensor => tensor.Name == NetworkNames.Latents);

    private bool IsUNet => graph.Weights.Any(weight => weight.Name == "conv_in.weight");

    /// <summary>Operations of one row; 0 for an autoencoder, whose levels this does not know.</summary>
    /// <param name="grid">Height and width of a U-Net's input; others have none.</param>
    public double PerRow(int grid)
    {
        if (IsAutoencoder)
        {
            return 0;
        }

        var total = 0.0;
        var isUNet = IsUNet;
        foreach (var weight in graph.Weights)
        {
            total += weight.Shape.Length switch
            {
                4 when isUNet => 2 * Values(weight) * Positions(weight.Name, grid),
                4 => 2 * Values(weight) * tokens,
                2 when weight.IsLinear => 2 * Values(weight) * (isUNet ? Rows(weight.Name, grid) : TransformerRows(weight.Name)),
                _ => 0,
            };
            total += weight.IsLinear ? Attention(weight, isUNet, grid) : 0;
        }

        return total;
    }

    private static double Values(WeightSpec weight) => weight.Shape.Aggregate(1.0, (product, size) => product * size);

    /// <summary>Q·Kᵀ and A·V: each query meets its own kind and the context.</summary>
    private double Attention(WeightSpec weight, bool isUNet, int grid)
    {
        if (!weight.Name.EndsWith(".to_q.weight", StringComparison.Ordinal) && !weight.Name.EndsWith(".q_proj.weight", StringComparison.Ordinal))
        {
            return 0;
        }

        var queries = isUNet ? Positions(weight.Name, grid) : tokens;
        return 2 * 2.0 * weight.Shape[0] * queries * Keys(weight.Name, queries, isUNet);
    }

    /// <summary>A transformer block of a U-Net has two layers of attention, one to its own kind and one to the context; elsewhere one does both.</summary>
    private double Keys(string name, double queries, bool isUNet) =>
        name.Contains(".attn2.", StringComparison.Ordinal) ? contextTokens
        : isUNet && !name.Contains(".attn1.", StringComparison.Ordinal) ? queries + contextTokens
        : queries;

    private double TransformerRows(string name) =>
        name.Contains("layers.", StringComparison.Ordinal) || name.Contains("transformer_blocks.", StringComparison.Ordinal)
            || name.StartsWith("encoder_hidden_states_proj", StringComparison.Ordinal)
            ? tokens
            : 1;

    private double Rows(string name, int grid) =>
        name.Contains(".add_", StringComparison.Ordinal) || IsContextLayer(name) ? contextTokens
        : name.Contains(".attentions.", StringComparison.Ordinal) ? Positions(name, grid)
        : 1;

    /// <summary>Whether a layer makes keys or values of the context.</summary>
    private static bool IsContextLayer(string name) =>
        name.EndsWith(".attn2.to_k.weight", StringComparison.Ordinal) || name.EndsWith(".attn2.to_v.weight", StringComparison.Ordinal);

    /// <summary>Positions of the grid a tensor is applied at.</summary>
    private double Positions(string name, int grid)
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
}
