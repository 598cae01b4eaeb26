using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of a CLIP tower.</summary>
/// <param name="Width">Width of the residual stream.</param>
/// <param name="Intermediate">Width inside the feed-forward part.</param>
/// <param name="Layers">Number of layers.</param>
/// <param name="Heads">Number of attention heads.</param>
/// <param name="Activation">Of the feed-forward part; never swap the two GELUs, pictures stay plausible.</param>
/// <param name="Epsilon">Of the layer norms.</param>
/// <param name="ProjectionWidth">E, width of the embedding.</param>
internal sealed record ClipTowerConfig(
    int Width, int Intermediate, int Layers, int Heads, Activation Activation, double Epsilon, int ProjectionWidth)
{
    /// <summary>Reads the settings common to both towers.</summary>
    public static ClipTowerConfig Read(ComponentConfig config, int defaultWidth, int defaultIntermediate, int defaultHeads)
    {
        var width = config.Whole("hidden_size", defaultWidth, maximum: 1 << 16);
        var heads = config.Whole("num_attention_heads", defaultHeads, maximum: 1024);
        if (width % heads != 0)
        {
            throw config.Contradiction($"'hidden_size' {width} does not divide into {heads} heads");
        }

        return new ClipTowerConfig(
            width,
            config.Whole("intermediate_size", defaultIntermediate, maximum: 1 << 18),
            config.Whole("num_hidden_layers", 12, maximum: 512),
            heads,
            config.Word("hidden_act", "quick_gelu", "quick_gelu", "gelu", "silu", "hardswish") switch
            {
                "quick_gelu" => Activation.QuickGelu,
                "gelu" => Activation.Gelu,
                "silu" => Activation.Silu,
                _ => Activation.HardSwish,
            },
            config.Number("layer_norm_eps", 1e-5, 0, 1),
            config.Whole("projection_dim", 512, maximum: 1 << 16));
    }
}

/// <summary>The layers both CLIP towers are made of.</summary>
internal static class ClipLayers
{
    /// <summary>All pre-norm layers of a tower, named <c>name.0</c>, <c>name.1</c>, ….</summary>
    public static Value ClipEncoder(this GraphBuilder graph, string name, Value states, ClipTowerConfig config, Value? bias)
    {
        for (var index = 0; index < config.Layers; index++)
        {
            states = Layer(graph, $"{name}.{index}", states, config, bias);
        }

        return states;
    }

    private static Value Layer(GraphBuilder graph, string name, Value states, ClipTowerConfig config, Value? bias)
    {
        var width = config.Width;
        var normalised = graph.LayerNorm($"{name}.layer_norm1", states, width, config.Epsilon);
        var queries = graph.Linear($"{name}.self_attn.q_proj", normalised, width, width);
        var keys = graph.Linear($"{name}.self_attn.k_proj", normalised, width, width);
        var values = graph.Linear($"{name}.self_attn.v_proj", normalised, width, width);
        var mixed = graph.Attend(queries, keys, values, config.Heads, width / config.Heads, bias);
        states = graph.Add(states, graph.Linear($"{name}.self_attn.out_proj", mixed, width, width));

        var inner = graph.LayerNorm($"{name}.layer_norm2", states, width, config.Epsilon);
        inner = graph.Activate(config.Activation, graph.Linear($"{name}.mlp.fc1", inner, width, config.Intermediate));
        return graph.Add(states, graph.Linear($"{name}.mlp.fc2", inner, config.Intermediate, width));
    }
}
