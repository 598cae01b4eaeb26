namespace PromptCanvas.Diffusion.Tokenization;

/// <summary>Turns a prompt into the token ids a text encoder was trained on.</summary>
public interface ITokenizer
{
    /// <summary>L, the number of ids in a sequence.</summary>
    int Length { get; }

    /// <summary>Encodes a prompt. Text that looks like a special token is plain text.</summary>
    /// <param name="text">Anything a person typed; empty is the unconditional prompt.</param>
    TokenSequence Encode(string text);

    /// <summary>The text of each token between the begin and the end token, for display.</summary>
    /// <param name="tokens">A prompt that this tokenizer encoded.</param>
    /// <returns>Pieces of the text in lower case; none where the tokenizer cannot say.</returns>
    IReadOnlyList<string> Pieces(TokenSequence tokens) => [];
}

/// <summary>A prompt as token ids.</summary>
/// <param name="Ids">Begin token, the text's ids cut to L − 2, end token, then padding; L values.</param>
/// <param name="AttentionMask">1 from the begin token to the end token, then 0; L values.</param>
/// <param name="EosIndex">The position of the (first) end token.</param>
/// <param name="UnreadText">The part of the text that did not fit, from the first word that is cut; empty when all fitted.</param>
public sealed record TokenSequence(long[] Ids, long[] AttentionMask, int EosIndex, string UnreadText);
