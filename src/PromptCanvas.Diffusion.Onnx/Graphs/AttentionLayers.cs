namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>Attention over token sequences (B, tokens, width).</summary>
internal static class AttentionLayers
{
    /// <summary>Amount by which a masked key's score is lowered; two such penalties together still fit 16-bit floats.</summary>
    public const float Penalty = -10000;

    /// <summary>softmax(Q·Kᵀ·headWidth^−½ + bias)·V in several heads.</summary>
    /// <param name="graph">Receives the operators.</param>
    /// <param name="queries">(B, N, heads·headWidth).</param>
    /// <param name="keys">(B, M, heads·headWidth).</param>
    /// <param name="values">(B, M, heads·headWidth).</param>
    /// <param name="heads">The number of heads.</param>
    /// <param name="headWidth">The width of one head.</param>
    /// <param name="bias">Added to the scores, broadcast to (B, heads, N, M); null = none.</param>
    /// <returns>(B, N, heads·headWidth).</returns>
    public static Value Attend(
        this GraphBuilder graph, Value queries, Value keys, Value values, int heads, int headWidth, Value? bias)
    {
        var scaled = graph.Multiply(queries, graph.Number((float)(1 / Math.Sqrt(headWidth))));
        var q = graph.Transpose(graph.Reshape(scaled, 0, 0, heads, headWidth), 0, 2, 1, 3);
        var k = graph.Transpose(graph.Reshape(keys, 0, 0, heads, headWidth), 0, 2, 3, 1);
        var v = graph.Transpose(graph.Reshape(values, 0, 0, heads, headWidth), 0, 2, 1, 3);
        var scores = graph.MatMul(q, k);
        if (bias is { } added)
        {
            scores = graph.Add(scores, added);
        }

        var weights = graph.Node("Softmax", [scores], Attribute.Integer("axis", -1));
        var mixed = graph.Transpose(graph.MatMul(weights, v), 0, 2, 1, 3);
        return graph.Reshape(mixed, 0, 0, heads * headWidth);
    }

    /// <summary>The bias that hides every later token from a query: (1, 1, length, length).</summary>
    public static Value CausalBias(this GraphBuilder graph, int length)
    {
        var bias = new float[length * length];
        for (var query = 0; query < length; query++)
        {
            bias.AsSpan((query * length) + query + 1, length - query - 1).Fill(Penalty);
        }

        return graph.Floats(bias, 1, 1, length, length);
    }

    /// <summary>The bias that hides masked keys: 0 where an Int64 mask (B, M) is 1.</summary>
    public static Value MaskBias(this GraphBuilder graph, Value mask)
    {
        var hidden = graph.Node("Sub", [graph.Number(1), graph.ToFloat(mask)]);
        return graph.Multiply(hidden, graph.Number(Penalty));
    }

    /// <summary>Appends keys that are never hidden to a bias (B, M): (B, 1, 1, M + count).</summary>
    /// <param name="graph">Receives the operators.</param>
    /// <param name="bias">(B, M).</param>
    /// <param name="count">How many, as a list of one integer.</param>
    public static Value AppendVisibleKeys(this GraphBuilder graph, Value bias, Value count)
    {
        var padding = graph.Concat(0, graph.Integers(0, 0, 0), count);
        return graph.Unsqueeze(graph.Node("Pad", [bias, padding, graph.Number(0)]), 1, 2);
    }
}
