using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of an autoregressive prior (<c>PriorAutoregressive</c>).</summary>
/// <param name="Heads">Number of attention heads.</param>
/// <param name="HeadWidth">Width of one head.</param>
/// <param name="Layers">Number of blocks.</param>
/// <param name="EmbeddingWidth">E, width of a CLIP embedding.</param>
/// <param name="Length">L, the number of text tokens.</param>
/// <param name="Components">K, the number of principal components, one token each.</param>
/// <param name="Bins">The number of values a token can have.</param>
internal sealed record AutoregressivePriorConfig(int Heads, int HeadWidth, int Layers, int EmbeddingWidth, int Length, int Components, int Bins)
{
    private const int MaximumComponents = 1024;

    /// <summary>Width of the residual stream.</summary>
    public int Width => Heads * HeadWidth;

    public static AutoregressivePriorConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.AutoregressivePrior);
        var embedding = config.Whole("embedding_dim", maximum: 1 << 16);
        var components = config.Whole("num_components", maximum: MaximumComponents);
        return components <= embedding
            ? new AutoregressivePriorConfig(
                config.Whole("num_attention_heads", maximum: 1024),
                config.Whole("attention_head_dim", maximum: 1024),
                config.Whole("num_layers", maximum: 512),
                embedding,
                config.Whole("num_embeddings", 77, maximum: 4096),
                components,
                config.Whole("num_bins", 256, maximum: 1 << 16))
            : throw config.Contradiction($"'num_components' {components} is more than 'embedding_dim' {embedding}");
    }
}

/// <summary>Text and the tokens drawn so far → the logits of every token: the image embedding's principal components, quantised, in order.</summary>
/// <remarks>
/// Source: Ramesh et al. (2022), section 2.2. The sequence is [caption L, text embedding 1, tokens K], causal; the output at position L + k
/// predicts component k, so the last token is never used.
/// </remarks>
internal static class AutoregressivePrior
{
    /// <summary>The mean of image embeddings.</summary>
    public const string Mean = "pca.mean";

    /// <summary>The principal directions.</summary>
    public const string Directions = "pca.components";

    /// <summary>The value of each token.</summary>
    public const string Bins = "bins";

    public static NetworkGraph Build(AutoregressivePriorConfig config)
    {
        var (width, embedding, length, count) = (config.Width, config.EmbeddingWidth, config.Length, config.Components);
        var graph = new GraphBuilder();
        var tokens = graph.Input(new TensorSpec(NetworkNames.Tokens, false, [Dimension.Batch, count]) { Minimum = 0, Maximum = config.Bins - 1 });
        var text = graph.Input(NetworkNames.ProjEmbedding, Dimension.Batch, embedding);
        var textStates = graph.Input(NetworkNames.EncoderHiddenStates, Dimension.Batch, length, embedding);
        var mask = graph.Input(new TensorSpec(NetworkNames.AttentionMask, false, [Dimension.Batch, length]) { Minimum = 0, Maximum = 1 });
        graph.HostWeight(Mean, embedding);
        graph.HostWeight(Directions, count, embedding);
        graph.HostWeight(Bins, count, config.Bins);

        // Each component has a table of its own: token t of component k is row k·bins + t.
        var tables = new long[count];
        for (var component = 0; component < count; component++)
        {
            tables[component] = (long)component * config.Bins;
        }

        var rows = graph.Node("Add", [tokens, graph.Unsqueeze(graph.Integers(tables), 0)]);
        var drawn = graph.Node("Gather", [graph.Weight("token_embedding.weight", count * config.Bins, width), rows]);
        var sequence = graph.Concat(
            1,
            graph.Linear("encoder_hidden_states_proj", textStates, embedding, width),
            graph.Unsqueeze(graph.Linear("embedding_proj", text, embedding, width), 1),
            drawn);
        var positions = length + 1 + count;
        var states = graph.Add(sequence, graph.Weight("positional_embedding", 1, positions, width));
        var padding = graph.AppendVisibleKeys(graph.MaskBias(mask), graph.Integers(1 + count));
        var bias = graph.Add(graph.CausalBias(positions), padding);
        for (var index = 0; index < config.Layers; index++)
        {
            states = graph.PriorBlock($"transformer_blocks.{index}", states, config.Heads, config.HeadWidth, bias);
        }

        var predicting = graph.Node("Slice", [states, graph.Integers(length), graph.Integers(length + count), graph.Integers(1)]);
        var logits = graph.Linear("to_logits", graph.LayerNorm("norm_out", predicting, width), width, config.Bins);
        graph.Output(NetworkNames.Logits, logits, Dimension.Batch, count, config.Bins);
        return graph.Finish();
    }
}
