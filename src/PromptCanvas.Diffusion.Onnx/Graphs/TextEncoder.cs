using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of a CLIP text encoder (<c>CLIPTextModelWithProjection</c>).</summary>
/// <param name="Tower">The settings common to both towers.</param>
/// <param name="Vocabulary">Number of token ids.</param>
/// <param name="Length">L, the number of tokens.</param>
internal sealed record TextEncoderConfig(ClipTowerConfig Tower, int Vocabulary, int Length)
{
    public static TextEncoderConfig Read(ComponentConfig config) => new(
        ClipTowerConfig.Read(config.Obey(ConfigTable.TextEncoder), 512, 2048, 8),
        config.Whole("vocab_size", 49408),
        config.Whole("max_position_embeddings", 77, maximum: 4096));

    /// <summary>Reads a <c>CLIPTextModel</c>, which has no projection.</summary>
    public static TextEncoderConfig ReadStates(ComponentConfig config) => new(
        ClipTowerConfig.Read(config.Obey(ConfigTable.TextStates), 512, 2048, 8),
        config.Whole("vocab_size", 49408),
        config.Whole("max_position_embeddings", 77, maximum: 4096));
}

/// <summary>Token ids → per-token states after the final norm, and the projected state of the end token.</summary>
/// <remarks>Source: Radford et al. (2021). The padding is not masked: attention is causal, so it changes nothing before the end token.</remarks>
internal static class TextEncoder
{
    public static NetworkGraph Build(TextEncoderConfig config)
    {
        var (tower, length) = (config.Tower, config.Length);
        var graph = new GraphBuilder();
        var ids = Ids(graph, config);
        var endIndex = graph.Input(new TensorSpec(NetworkNames.EosIndex, false, [Dimension.Batch])
        {
            Minimum = 0,
            Maximum = length - 1,
        });
        var states = States(graph, config, ids);
        var pooled = graph.Node("GatherND", [states, graph.Unsqueeze(endIndex, 1)], Attribute.Integer("batch_dims", 1));
        var embedding = graph.Linear("text_projection", pooled, tower.Width, tower.ProjectionWidth, bias: false);
        graph.Output(NetworkNames.TextEmbeds, embedding, Dimension.Batch, tower.ProjectionWidth);
        return graph.Finish();
    }

    /// <summary>The encoder without the projection: per-token states alone.</summary>
    public static NetworkGraph BuildStates(TextEncoderConfig config)
    {
        var graph = new GraphBuilder();
        States(graph, config, Ids(graph, config));
        return graph.Finish();
    }

    private static Value Ids(GraphBuilder graph, TextEncoderConfig config) =>
        graph.Input(new TensorSpec(NetworkNames.InputIds, false, [Dimension.Batch, config.Length]) { Minimum = 0, Maximum = config.Vocabulary - 1 });

    private static Value States(GraphBuilder graph, TextEncoderConfig config, Value ids)
    {
        var (tower, length) = (config.Tower, config.Length);

        // Looked up before the change to floats, so that a half-precision vocabulary stays as small as it is stored.
        var vocabulary = graph.StoredWeight("text_model.embeddings.token_embedding.weight", config.Vocabulary, tower.Width);
        var tokens = graph.ToFloat(graph.Node("Gather", [vocabulary, ids]));
        var states = graph.Add(tokens, graph.Weight("text_model.embeddings.position_embedding.weight", length, tower.Width));
        states = graph.ClipEncoder("text_model.encoder.layers", states, tower, graph.CausalBias(length));
        states = graph.LayerNorm("text_model.final_layer_norm", states, tower.Width, tower.Epsilon);
        graph.Output(NetworkNames.LastHiddenState, states, Dimension.Batch, length, tower.Width);
        return states;
    }
}
