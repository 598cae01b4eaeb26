using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Conditioning;

/// <summary>Runs the text encoders; the empty prompt is encoded once.</summary>
internal sealed class TextConditioner(UnClipModel model)
{
    private EncodedText? empty;

    /// <summary>Encodes a request's texts.</summary>
    /// <param name="prompt">The prompt.</param>
    /// <param name="negativePrompt">The negative prompt; null or empty = the empty prompt.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    public TextConditioning Encode(string prompt, string? negativePrompt, CancellationToken cancellationToken)
    {
        empty ??= EncodeOne("", cancellationToken);
        var negative = string.IsNullOrWhiteSpace(negativePrompt) ? empty : EncodeOne(negativePrompt, cancellationToken);
        return new TextConditioning(EncodeOne(prompt, cancellationToken), negative, empty);
    }

    private EncodedText EncodeOne(string text, CancellationToken cancellationToken)
    {
        var encoded = model.WithoutText is null ? EncodeForPrior(text, cancellationToken) : new EncodedText([], [], []);
        return model.Latents?.Text is { } decoder ? encoded with { DecoderStates = EncodeForDecoder(decoder, text, cancellationToken) } : encoded;
    }

    private EncodedText EncodeForPrior(string text, CancellationToken cancellationToken)
    {
        var tokens = model.Tokenizer.Encode(text);
        var outputs = model.TextEncoder.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.InputIds] = NetworkTensor.Int64(tokens.Ids, 1, tokens.Ids.Length),
                [NetworkNames.EosIndex] = NetworkTensor.Int64([tokens.EosIndex], 1),
            },
            cancellationToken);
        return new EncodedText(
            outputs[NetworkNames.LastHiddenState].Floats, outputs[NetworkNames.TextEmbeds].Floats, tokens.AttentionMask);
    }

    private static float[] EncodeForDecoder(DecoderTextComponent decoder, string text, CancellationToken cancellationToken)
    {
        var ids = decoder.Tokenizer.Encode(text).Ids;
        return decoder.Encoder.Run(
            new Dictionary<string, NetworkTensor> { [NetworkNames.InputIds] = NetworkTensor.Int64(ids, 1, ids.Length) },
            cancellationToken)[NetworkNames.LastHiddenState].Floats;
    }
}
