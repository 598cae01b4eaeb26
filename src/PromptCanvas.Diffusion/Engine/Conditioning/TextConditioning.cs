namespace PromptCanvas.Diffusion.Engine.Conditioning;

/// <summary>One encoded text; what the model does not encode is empty.</summary>
/// <param name="States">Per-token states after the final norm, (L, E) flattened.</param>
/// <param name="Embedding">Pooled text embedding, E values, not normalised.</param>
/// <param name="Mask">1 where a token counts, L values.</param>
internal sealed record EncodedText(float[] States, float[] Embedding, long[] Mask)
{
    /// <summary>Per-token states of a decoder's own text encoder, (L, X) flattened.</summary>
    public float[] DecoderStates { get; init; } = [];
}

/// <summary>The texts one request is conditioned on.</summary>
/// <param name="Prompt">The prompt.</param>
/// <param name="Negative">What guidance steers away from: the negative prompt, or the empty prompt.</param>
/// <param name="Empty">The empty prompt.</param>
internal sealed record TextConditioning(EncodedText Prompt, EncodedText Negative, EncodedText Empty);
