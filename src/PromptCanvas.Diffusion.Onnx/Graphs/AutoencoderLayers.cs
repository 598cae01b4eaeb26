namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The layers of both halves of the autoencoder, which differ in their norms only.</summary>
/// <param name="Graph">Receives the operators.</param>
/// <param name="Config">The sizes.</param>
internal abstract record AutoencoderScope(GraphBuilder Graph, AutoencoderConfig Config)
{
    /// <summary>A norm in front of a layer.</summary>
    /// <param name="name">Where its weights are.</param>
    /// <param name="picture">(B, channels, H, W).</param>
    /// <param name="channels">C.</param>
    /// <param name="scale">How many times the picture is as wide as the latent.</param>
    public abstract Value Norm(string name, Value picture, int channels, int scale);

    /// <summary>The name of the norm inside an attention layer.</summary>
    protected abstract string AttentionNorm { get; }

    /// <summary>A residual block without time.</summary>
    public Value Resnet(string name, Value picture, int inputWidth, int outputWidth, int scale)
    {
        var hidden = Graph.Activate(Activation.Silu, Norm($"{name}.norm1", picture, inputWidth, scale));
        hidden = Graph.Convolution($"{name}.conv1", hidden, inputWidth, outputWidth, 3);
        hidden = Graph.Activate(Activation.Silu, Norm($"{name}.norm2", hidden, outputWidth, scale));
        hidden = Graph.Convolution($"{name}.conv2", hidden, outputWidth, outputWidth, 3);
        var shortcut = inputWidth == outputWidth ? picture : Graph.Convolution($"{name}.conv_shortcut", picture, inputWidth, outputWidth, 1);
        return Graph.Add(shortcut, hidden);
    }

    /// <summary>Attention of a picture's cells to each other, one head of full width, added to the picture as it came.</summary>
    public Value Attention(string name, Value picture, int width, int scale)
    {
        var (query, key, value, output) = Config.OldAttentionNames
            ? ("query", "key", "value", "proj_attn")
            : ("to_q", "to_k", "to_v", "to_out.0");
        var normalised = Graph.Reshape(Norm($"{name}.{AttentionNorm}", picture, width, scale), 0, width, -1);
        var cells = Graph.Transpose(normalised, 0, 2, 1);
        var mixed = Graph.Attend(
            Graph.Linear($"{name}.{query}", cells, width, width),
            Graph.Linear($"{name}.{key}", cells, width, width),
            Graph.Linear($"{name}.{value}", cells, width, width),
            1,
            width,
            null);
        var projected = Graph.Transpose(Graph.Linear($"{name}.{output}", mixed, width, width), 0, 2, 1);
        return Graph.Add(picture, Graph.ReshapeLike(projected, picture));
    }

    /// <summary>Resnet, attention, resnet at the coarsest level.</summary>
    public Value Middle(string name, Value picture)
    {
        picture = Resnet($"{name}.resnets.0", picture, Config.Coarsest, Config.Coarsest, 1);
        picture = Attention($"{name}.attentions.0", picture, Config.Coarsest, 1);
        return Resnet($"{name}.resnets.1", picture, Config.Coarsest, Config.Coarsest, 1);
    }
}

/// <summary>The layers with group norms.</summary>
internal sealed record PlainScope(GraphBuilder Graph, AutoencoderConfig Config) : AutoencoderScope(Graph, Config)
{
    protected override string AttentionNorm => "group_norm";

    public override Value Norm(string name, Value picture, int channels, int scale) =>
        Graph.GroupNorm(name, picture, channels, Config.Groups, AutoencoderConfig.Epsilon);
}
