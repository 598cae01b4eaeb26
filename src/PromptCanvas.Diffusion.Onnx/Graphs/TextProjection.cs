using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;

namespace PromptCanvas.Diffusion.Onnx.Graphs;

/// <summary>The sizes of the projection in front of the decoder (<c>UnCLIPTextProjModel</c>).</summary>
/// <param name="ExtraTokens">n, how many context tokens the image embedding becomes.</param>
/// <param name="EmbeddingWidth">E, width of a CLIP embedding.</param>
/// <param name="TimeWidth">T, width of the decoder's time embedding.</param>
/// <param name="ContextWidth">X, width of a context token.</param>
internal sealed record TextProjectionConfig(int ExtraTokens, int EmbeddingWidth, int TimeWidth, int ContextWidth)
{
    public static TextProjectionConfig Read(ComponentConfig config) => new(
        config.Obey(ConfigTable.TextProjection).Whole("clip_extra_context_tokens", 4, maximum: 4096),
        config.Whole("clip_embeddings_dim", 768, maximum: 1 << 16),
        config.Whole("time_embed_dim", maximum: 1 << 16),
        config.Whole("cross_attention_dim", maximum: 1 << 16));
}

/// <summary>Image embedding and text → the decoder's context tokens and the addition to its time embedding.</summary>
/// <remarks>Source: Ramesh et al. (2022), section 2.1; the layout of Karlo.</remarks>
internal static class TextProjection
{
    /// <param name="config">Its sizes.</param>
    /// <param name="length">L, the number of text tokens, which is the text encoder's.</param>
    public static NetworkGraph Build(TextProjectionConfig config, int length)
    {
        var (tokens, embedding, time, context) = (config.ExtraTokens, config.EmbeddingWidth, config.TimeWidth, config.ContextWidth);
        var graph = new GraphBuilder();
        var image = graph.Input(NetworkNames.ImageEmbeddings, Dimension.Batch, embedding);
        var nullImage = graph.Input(new TensorSpec(NetworkNames.NullImage, false, [Dimension.Batch]) { Minimum = 0, Maximum = 1 });
        var text = graph.Input(NetworkNames.PromptEmbeds, Dimension.Batch, embedding);
        var textStates = graph.Input(NetworkNames.TextEncoderHiddenStates, Dimension.Batch, length, embedding);

        // The learned null embedding takes the image's place where no image is wanted: Where keeps even a NaN out.
        var isNull = graph.Node("Equal", [graph.Unsqueeze(nullImage, 1), graph.Integers(1)]);
        var learned = graph.WeightAs("learned_classifier_free_guidance_embeddings", [embedding], 1, embedding);
        var seen = graph.Node("Where", [isNull, learned, image]);

        var timeEmbedding = graph.Add(
            graph.Linear("clip_image_embeddings_project_to_time_embeddings", seen, embedding, time),
            graph.Linear("embedding_proj", text, embedding, time));
        graph.Output(NetworkNames.TimeEmbeddings, timeEmbedding, Dimension.Batch, time);

        // The flat index is channel·n + token, so the tokens come out of a transpose.
        var flat = graph.Linear("clip_extra_context_tokens_proj", seen, embedding, tokens * context);
        var extra = graph.Transpose(graph.Reshape(flat, 0, context, tokens), 0, 2, 1);
        var states = graph.LayerNorm(
            "text_encoder_hidden_states_norm",
            graph.Linear("encoder_hidden_states_proj", textStates, embedding, context),
            context);
        graph.Output(NetworkNames.TextEncoderHiddenStates, graph.Concat(1, extra, states), Dimension.Batch, tokens + length, context);
        return graph.Finish();
    }
}
