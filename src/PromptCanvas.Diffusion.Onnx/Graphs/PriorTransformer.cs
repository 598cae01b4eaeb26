using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of a diffusion prior (<c>PriorTransformer</c>).</summary>
/// <param name="Heads">Number of attention heads.</param>
/// <param name="HeadWidth">Width of one head.</param>
/// <param name="Layers">Number of blocks.</param>
/// <param name="EmbeddingWidth">E, width of a CLIP embedding.</param>
/// <param name="Length">L, the number of text tokens.</param>
/// <param name="TimeWidth">Width between the two layers of the time embedding.</param>
internal sealed record PriorConfig(int Heads, int HeadWidth, int Layers, int EmbeddingWidth, int Length, int TimeWidth)
{
    /// <summary>Width of the residual stream.</summary>
    public int Width => Heads * HeadWidth;

    public static PriorConfig Read(ComponentConfig config)
    {
        config.Obey(ConfigTable.Prior);
        var heads = config.Whole("num_attention_heads", 32, maximum: 1024);
        var headWidth = config.Whole("attention_head_dim", 64, maximum: 1024);
        var embedding = config.Whole("embedding_dim", 768, maximum: 1 << 16);
        config.Only("embedding_proj_dim", $"{embedding}");
        config.Only("clip_embed_dim", $"{embedding}");
        return (heads * headWidth) % 2 == 0
            ? new PriorConfig(
                heads,
                headWidth,
                config.Whole("num_layers", 20, maximum: 512),
                embedding,
                config.Whole("num_embeddings", 77, maximum: 4096),
                config.Whole("time_embed_dim", heads * headWidth, maximum: 1 << 16))
            : throw config.Contradiction("the width (heads × head width) must be even");
    }
}

/// <summary>Noisy image embedding, timestep and text → the predicted un-noised, normalised image embedding.</summary>
/// <remarks>Source: Ramesh et al. (2022), section 2.2; the layout of Karlo.</remarks>
internal static class PriorTransformer
{
    private const int ExtraTokens = 4;

    /// <summary>Per-dimension mean of the embeddings it was trained on.</summary>
    public const string Mean = "clip_mean";

    /// <summary>Per-dimension standard deviation of the embeddings it was trained on.</summary>
    public const string StandardDeviation = "clip_std";

    public static NetworkGraph Build(PriorConfig config)
    {
        var (width, embedding, length) = (config.Width, config.EmbeddingWidth, config.Length);
        var graph = new GraphBuilder();
        var noisy = graph.Input(NetworkNames.HiddenStates, Dimension.Batch, embedding);
        var timestep = graph.TimestepInput();
        var text = graph.Input(NetworkNames.ProjEmbedding, Dimension.Batch, embedding);
        var textStates = graph.Input(NetworkNames.EncoderHiddenStates, Dimension.Batch, length, embedding);
        var mask = graph.Input(new TensorSpec(NetworkNames.AttentionMask, false, [Dimension.Batch, length]) { Minimum = 0, Maximum = 1 });
        graph.HostWeight(Mean, 1, embedding);
        graph.HostWeight(StandardDeviation, 1, embedding);

        var time = graph.EmbedTimestep("time_embedding", timestep, new Sinusoid(width, true, 0), config.TimeWidth, width, Activation.Silu);
        var tokens = graph.Concat(
            1,
            graph.Linear("encoder_hidden_states_proj", textStates, embedding, width),
            graph.Unsqueeze(graph.Linear("embedding_proj", text, embedding, width), 1),
            graph.Unsqueeze(time, 1),
            graph.Unsqueeze(graph.Linear("proj_in", noisy, embedding, width), 1),
            graph.RepeatForBatch(graph.Weight("prd_embedding", 1, 1, width), noisy));
        var states = graph.Add(tokens, graph.Weight("positional_embedding", 1, length + ExtraTokens, width));

        var padding = graph.AppendVisibleKeys(graph.MaskBias(mask), graph.Integers(ExtraTokens));
        var bias = graph.Add(graph.CausalBias(length + ExtraTokens), padding);
        for (var index = 0; index < config.Layers; index++)
        {
            states = graph.PriorBlock($"transformer_blocks.{index}", states, config.Heads, config.HeadWidth, bias);
        }

        var last = graph.Node("Gather", [states, graph.Index(length + ExtraTokens - 1)], Attribute.Integer("axis", 1));
        var predicted = graph.Linear(
            "proj_to_clip_embeddings", graph.LayerNorm("norm_out", last, width), width, embedding);
        graph.Output(NetworkNames.PredictedImageEmbedding, predicted, Dimension.Batch, embedding);
        return graph.Finish();
    }
}
