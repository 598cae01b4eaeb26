namespace PromptCanvas.Diffusion.Engine.Conditioning;

/// <summary>One input of a CLIP encoder.</summary>
/// <param name="Pixels">(3, s, s) normalised, for a picture.</param>
/// <param name="Tokens">For a phrase.</param>
internal sealed record EmbeddingItem(float[]? Pixels, Tokenization.TokenSequence? Tokens)
{
    public bool IsPicture => Pixels is not null;
}
