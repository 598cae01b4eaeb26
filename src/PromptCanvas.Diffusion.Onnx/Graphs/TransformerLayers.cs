namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The layers of a U-Net with transformer blocks; strided convolutions halve its pictures, and convolutions follow their doubling.</summary>
/// <param name="Graph">Receives the operators.</param>
/// <param name="Config">The sizes.</param>
/// <param name="Time">The time embedding after its activation, (B, T).</param>
/// <param name="Context">Context tokens (B, M, X).</param>
/// <param name="LinearProjection">Whether the layers around the transformer blocks are linear; otherwise convolutions.</param>
internal sealed record TransformerScope(GraphBuilder Graph, UNetConfig Config, Value Time, Value? Context, bool LinearProjection)
    : UNetScope(Graph, Config, Time, Context, null)
{
    /// <summary>ε of the group norm in front of the blocks; a constant of the class.</summary>
    private const double TransformerEpsilon = 1e-6;

    /// <summary>The inner width of the feed-forward part, in widths of the stream.</summary>
    private const int FeedForwardFactor = 4;

    /// <summary>Attention of a picture's cells to each other, then to the context, then a gated feed-forward part (Transformer2DModel).</summary>
    public override Value Attention(string name, Value picture, int level)
    {
        var (width, heads) = (Config.Widths[level], Config.Heads[level]);
        var normalised = Graph.GroupNorm($"{name}.norm", picture, width, Config.Groups, TransformerEpsilon);
        var states = LinearProjection
            ? Graph.Linear($"{name}.proj_in", Tokens(normalised, width), width, width)
            : Tokens(Graph.Convolution($"{name}.proj_in", normalised, width, width, 1), width);
        states = Block($"{name}.transformer_blocks.0", states, width, heads);
        var projected = LinearProjection
            ? PictureOf(Graph.Linear($"{name}.proj_out", states, width, width), picture)
            : Graph.Convolution($"{name}.proj_out", PictureOf(states, picture), width, width, 1);
        return Graph.Add(projected, picture);
    }

    public override Value Downsample(string name, Value picture, int width) =>
        Graph.HalvingConvolution($"{name}.downsamplers.0.conv", picture, width, padBefore: 1);

    public override Value Upsample(string name, Value picture, int width) =>
        Graph.Convolution($"{name}.upsamplers.0.conv", Graph.Double(picture), width, width, 3);

    private Value Block(string name, Value states, int width, int heads)
    {
        var own = Graph.LayerNorm($"{name}.norm1", states, width);
        states = Graph.Add(states, Attend($"{name}.attn1", own, own, (width, width), heads));
        var queries = Graph.LayerNorm($"{name}.norm2", states, width);
        states = Graph.Add(states, Attend($"{name}.attn2", queries, Context!.Value, (width, Config.ContextWidth), heads));
        return Graph.Add(states, FeedForward($"{name}.ff", Graph.LayerNorm($"{name}.norm3", states, width), width));
    }

    private Value Attend(string name, Value queries, Value keys, (int Queries, int Keys) widths, int heads)
    {
        var width = widths.Queries;
        var mixed = Graph.Attend(
            Graph.Linear($"{name}.to_q", queries, width, width, bias: false),
            Graph.Linear($"{name}.to_k", keys, widths.Keys, width, bias: false),
            Graph.Linear($"{name}.to_v", keys, widths.Keys, width, bias: false),
            heads,
            width / heads,
            null);
        return Graph.Linear($"{name}.to_out.0", mixed, width, width);
    }

    /// <summary>One half of the inner values times the exact GELU of the other.</summary>
    /// <remarks>Source: Shazeer (2020), GLU variants improve transformer, eq. 6.</remarks>
    private Value FeedForward(string name, Value states, int width)
    {
        var inner = FeedForwardFactor * width;
        var both = Graph.Linear($"{name}.net.0.proj", states, width, 2 * inner);
        var halves = Graph.Nodes("Split", 2, [both], Attribute.Integer("axis", -1), Attribute.Integer("num_outputs", 2));
        var gated = Graph.Multiply(halves[0], Graph.Activate(Activation.Gelu, halves[1]));
        return Graph.Linear($"{name}.net.2", gated, inner, width);
    }

    private Value Tokens(Value picture, int width) => Graph.Transpose(Graph.Reshape(picture, 0, width, -1), 0, 2, 1);

    private Value PictureOf(Value tokens, Value model) => Graph.ReshapeLike(Graph.Transpose(tokens, 0, 2, 1), model);
}
