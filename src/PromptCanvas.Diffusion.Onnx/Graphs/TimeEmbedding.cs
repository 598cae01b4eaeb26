using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>Training timesteps → vectors.</summary>
internal static class TimeEmbedding
{
    /// <summary>The input every denoiser has.</summary>
    public static Value TimestepInput(this GraphBuilder graph) =>
        graph.Input(new TensorSpec(NetworkNames.Timestep, false, [Dimension.Batch]) { Minimum = 0, Maximum = 1_000_000 });

    /// <summary>[cos(t·f) ‖ sin(t·f)] with f_i = 10000^(−i/(half − shift)), then a two-layer network.</summary>
    /// <param name="graph">Receives the operators.</param>
    /// <param name="name">The two layers are <c>name.linear_1</c> and <c>name.linear_2</c>.</param>
    /// <param name="timestep">Int64 (B).</param>
    /// <param name="sinusoid">How the sines are laid out.</param>
    /// <param name="hiddenWidth">Width between the two layers.</param>
    /// <param name="outputWidth">Width of the result.</param>
    /// <param name="activation">Between the two layers.</param>
    /// <returns>(B, outputWidth).</returns>
    /// <remarks>Source: Vaswani et al. (2017), section 3.5.</remarks>
    public static Value EmbedTimestep(
        this GraphBuilder graph, string name, Value timestep, Sinusoid sinusoid, int hiddenWidth, int outputWidth, Activation activation)
    {
        var angles = graph.Multiply(
            graph.Unsqueeze(graph.ToFloat(timestep), 1), graph.Floats(sinusoid.Frequencies(), 1, sinusoid.Width / 2));
        var (sine, cosine) = (graph.Node("Sin", [angles]), graph.Node("Cos", [angles]));
        var waves = sinusoid.CosineFirst ? graph.Concat(1, cosine, sine) : graph.Concat(1, sine, cosine);
        var hidden = graph.Activate(activation, graph.Linear($"{name}.linear_1", waves, sinusoid.Width, hiddenWidth));
        return graph.Linear($"{name}.linear_2", hidden, hiddenWidth, outputWidth);
    }
}

/// <summary>The layout of a sinusoidal embedding.</summary>
/// <param name="Width">Number of values, even.</param>
/// <param name="CosineFirst">Cosines before sines (<c>flip_sin_to_cos</c>).</param>
/// <param name="FrequencyShift">Subtracted from half the width in the exponent's divisor.</param>
internal sealed record Sinusoid(int Width, bool CosineFirst, double FrequencyShift)
{
    /// <summary>Half as many frequencies as values, descending from 1.</summary>
    public float[] Frequencies()
    {
        var half = Width / 2;
        var frequencies = new float[half];
        for (var index = 0; index < half; index++)
        {
            frequencies[index] = (float)Math.Exp(-Math.Log(10000) * index / (half - FrequencyShift));
        }

        return frequencies;
    }
}
