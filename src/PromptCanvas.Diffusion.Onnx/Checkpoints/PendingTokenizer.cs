using PromptCanvas.Diffusion.Tokenization;

namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>Holds the place of CLIP's tokenizer until it is there: knows its length, encodes nothing.</summary>
internal sealed class PendingTokenizer(int length) : ITokenizer
{
    /// <inheritdoc/>
    public int Length => length;

    /// <inheritdoc/>
    public TokenSequence Encode(string text) => throw new NotSupportedException("The tokenizer is not there yet.");
}
