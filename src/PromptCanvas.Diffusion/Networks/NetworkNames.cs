namespace PromptCanvas.Diffusion.Networks;

/// <summary>The names of network inputs and outputs, as the command line's <c>network</c> verb fixes them.</summary>
/// <remarks>B = rows, L = token length, E = CLIP embedding width, n = extra context tokens, X = context width, T = time embedding width.</remarks>
public static class NetworkNames
{
    /// <summary>Text encoder input: token ids, Int64 (B, L).</summary>
    public const string InputIds = "input_ids";

    /// <summary>Text encoder input: the position of the end token, Int64 (B).</summary>
    public const string EosIndex = "eos_index";

    /// <summary>Text encoder output: per-token states after the final norm, (B, L, E).</summary>
    public const string LastHiddenState = "last_hidden_state";

    /// <summary>Text encoder output: the pooled text embedding, not normalised, (B, E).</summary>
    public const string TextEmbeds = "text_embeds";

    /// <summary>Image encoder input: CLIP-normalised pixels, (B, 3, s, s).</summary>
    public const string PixelValues = "pixel_values";

    /// <summary>Image encoder output, and what Kandinsky's decoder takes: the image embedding, not normalised, (B, E).</summary>
    public const string ImageEmbeds = "image_embeds";

    /// <summary>Prior input: the noisy embedding, (B, E).</summary>
    public const string HiddenStates = "hidden_states";

    /// <summary>Training timestep of each row, Int64 (B).</summary>
    public const string Timestep = "timestep";

    /// <summary>Prior input: the text embedding, (B, E).</summary>
    public const string ProjEmbedding = "proj_embedding";

    /// <summary>Context tokens: text states (B, L, E) for the prior, (B, n + L, X) or (B, L, X) for the decoder.</summary>
    public const string EncoderHiddenStates = "encoder_hidden_states";

    /// <summary>1 where a context token counts, Int64: (B, L) for the prior, (B, n + L) for the decoder.</summary>
    public const string AttentionMask = "attention_mask";

    /// <summary>Prior output: the predicted, un-noised, normalised image embedding, (B, E).</summary>
    public const string PredictedImageEmbedding = "predicted_image_embedding";

    /// <summary>Autoregressive prior input: the tokens drawn so far, then anything, Int64 (B, K).</summary>
    public const string Tokens = "tokens";

    /// <summary>Autoregressive prior output: the logits of every component's token given those before it, (B, K, number of bins).</summary>
    public const string Logits = "logits";

    /// <summary>Text projection input: the image embedding, (B, E).</summary>
    public const string ImageEmbeddings = "image_embeddings";

    /// <summary>Text projection input: 1 = use the learned null embedding instead of the image embedding, Int64 (B).</summary>
    public const string NullImage = "null_image";

    /// <summary>Text projection input: the text embedding, (B, E).</summary>
    public const string PromptEmbeds = "prompt_embeds";

    /// <summary>Text projection: text states in (B, L, E); decoder context out (B, n + L, X).</summary>
    public const string TextEncoderHiddenStates = "text_encoder_hidden_states";

    /// <summary>Text projection output: what is added to the decoder's time embedding, (B, T).</summary>
    public const string TimeEmbeddings = "time_embeddings";

    /// <summary>Decoder input: the class embedding, (B, T); of Stable unCLIP the noised image embedding and its level's sinusoid, (B, 2·E).</summary>
    public const string ClassLabels = "class_labels";

    /// <summary>Decoder and upsampler: what enters <c>conv_in</c>, and what leaves <c>conv_out</c>. An autoencoder's picture, signed range.</summary>
    public const string Sample = "sample";

    /// <summary>An autoencoder's latent, (B, z, H/f, W/f).</summary>
    public const string Latents = "latents";

    /// <summary>Output of an autoencoder whose latents are sampled: the standard deviation of each value, (B, z, H/f, W/f).</summary>
    public const string Deviation = "deviation";
}
