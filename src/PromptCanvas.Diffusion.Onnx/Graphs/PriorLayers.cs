namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The block both priors are made of.</summary>
internal static class PriorLayers
{
    /// <summary>Pre-norm self-attention and a feed-forward part four times as wide.</summary>
    /// <param name="graph">Receives the operators.</param>
    /// <param name="name">Where its weights are.</param>
    /// <param name="states">(B, N, heads·headWidth).</param>
    /// <param name="heads">The number of heads.</param>
    /// <param name="headWidth">The width of one head.</param>
    /// <param name="bias">Added to the scores, broadcast to (B, heads, N, N).</param>
    public static Value PriorBlock(this GraphBuilder graph, string name, Value states, int heads, int headWidth, Value bias)
    {
        var width = heads * headWidth;
        var normalised = graph.LayerNorm($"{name}.norm1", states, width);
        var queries = graph.Linear($"{name}.attn1.to_q", normalised, width, width);
        var keys = graph.Linear($"{name}.attn1.to_k", normalised, width, width);
        var values = graph.Linear($"{name}.attn1.to_v", normalised, width, width);
        var mixed = graph.Attend(queries, keys, values, heads, headWidth, bias);
        states = graph.Add(states, graph.Linear($"{name}.attn1.to_out.0", mixed, width, width));

        // There is no norm2: it would belong to a cross-attention the priors do not have.
        var inner = graph.LayerNorm($"{name}.norm3", states, width);
        inner = graph.Activate(Activation.Gelu, graph.Linear($"{name}.ff.net.0.proj", inner, width, 4 * width));
        return graph.Add(states, graph.Linear($"{name}.ff.net.2", inner, 4 * width, width));
    }
}
