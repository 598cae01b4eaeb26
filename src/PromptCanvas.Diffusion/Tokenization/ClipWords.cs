using System.Text;

namespace PromptCanvas.Diffusion.Tokenization;

/// <summary>CLIP's way of cutting text into the pieces byte-pair encoding works on.</summary>
/// <remarks>
/// The rules of CLIP's regular expression: <c>&lt;\|startoftext\|&gt;|&lt;\|endoftext\|&gt;|'s|'t|'re|'ve|'m|'ll|'d|\p{L}+|\p{N}|[^\s\p{L}\p{N}]+</c>.
/// Typed special tokens are one piece, but spelled out like any other. Written by hand over runes, because .NET's expressions see UTF-16
/// and take letters beyond U+FFFF for symbols.
/// </remarks>
internal static class ClipWords
{
    private const int ByteOrderReversed = 0xFFFE;

    private static readonly string[] Literals = ["<|startoftext|>", "<|endoftext|>", "'s", "'t", "'re", "'ve", "'m", "'ll", "'d"];

    /// <summary>Canonical composition and lower case; invalid UTF-16 and U+FFFE, which .NET does not normalise, become U+FFFD.</summary>
    /// <param name="word">Text without white space.</param>
    public static string Normalize(ReadOnlySpan<char> word)
    {
        var valid = new StringBuilder(word.Length);
        foreach (var rune in word.EnumerateRunes())
        {
            valid.Append(rune.Value == ByteOrderReversed ? Rune.ReplacementChar : rune);
        }

        // İ is the one letter whose lower case is two characters, which ToLowerInvariant leaves alone.
        return valid.ToString().Normalize(NormalizationForm.FormC).Replace("İ", "i\u0307", StringComparison.Ordinal).ToLowerInvariant();
    }

    /// <summary>The length of the piece a normalised word starts with.</summary>
    /// <param name="text">Normalised, without white space, not empty.</param>
    /// <returns>1 … the text's length, in UTF-16 units.</returns>
    public static int FirstPieceLength(ReadOnlySpan<char> text)
    {
        foreach (var literal in Literals)
        {
            if (text.StartsWith(literal, StringComparison.Ordinal))
            {
                return literal.Length;
            }
        }

        Rune.DecodeFromUtf16(text, out var first, out var length);
        var kind = KindOf(first);
        if (kind == PieceKind.Number)
        {
            return length;
        }

        while (length < text.Length)
        {
            Rune.DecodeFromUtf16(text[length..], out var rune, out var consumed);
            if (KindOf(rune) != kind)
            {
                break;
            }

            length += consumed;
        }

        return length;
    }

    private static PieceKind KindOf(Rune rune) =>
        Rune.IsLetter(rune) ? PieceKind.Letters
        : Rune.IsNumber(rune) ? PieceKind.Number
        : PieceKind.Symbols;

    private enum PieceKind
    {
        Letters,
        Number,
        Symbols,
    }
}
