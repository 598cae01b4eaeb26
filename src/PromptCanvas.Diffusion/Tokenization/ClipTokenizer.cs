using System.Text.Json;
using Microsoft.ML.Tokenizers;

namespace PromptCanvas.Diffusion.Tokenization;

/// <summary>CLIP's lower-case byte-level BPE with a checkpoint's own vocabulary. Thread-safe.</summary>
/// <remarks>
/// Source: Radford et al. (2021), CLIP. Canonical composition and lower case; the final sigma of Greek is not special. The library does the
/// merging; normalising and cutting are ours (<see cref="ClipWords"/>), and begin, end and padding are added here, so that no text a
/// person types becomes a special token.
/// </remarks>
public sealed class ClipTokenizer : ITokenizer
{
    private const string WordEnd = "</w>";

    private readonly BpeTokenizer bpe;
    private readonly int beginId;
    private readonly int endId;
    private readonly int padId;

    private ClipTokenizer(BpeTokenizer bpe, Dictionary<string, int> vocabulary, ClipTokenizerOptions options)
    {
        this.bpe = bpe;
        beginId = IdOf(vocabulary, options.BeginToken);
        endId = IdOf(vocabulary, options.EndToken);
        padId = IdOf(vocabulary, options.PadToken ?? options.EndToken);
        Length = options.Length;
    }

    /// <inheritdoc/>
    public int Length { get; }

    /// <summary>Builds a tokenizer from a checkpoint's files.</summary>
    /// <param name="vocabulary">The content of <c>vocab.json</c>: an object, entry → id.</param>
    /// <param name="merges">The content of <c>merges.txt</c>: a version line, then one pair a line, most frequent first.</param>
    /// <param name="options">Length and special tokens.</param>
    /// <exception cref="ModelException">A file is damaged, or the vocabulary lacks a special token or the result of a merge.</exception>
    /// <exception cref="ArgumentOutOfRangeException">The length is too small for text.</exception>
    public static ClipTokenizer Create(Stream vocabulary, TextReader merges, ClipTokenizerOptions options)
    {
        ArgumentNullException.ThrowIfNull(vocabulary);
        ArgumentNullException.ThrowIfNull(merges);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentOutOfRangeException.ThrowIfLessThan(options.Length, 3, nameof(options));
        var entries = ReadVocabulary(vocabulary);
        var pairs = ReadMerges(merges, entries);
        try
        {
            var bpe = BpeTokenizer.Create(new BpeOptions(entries)
            {
                Merges = pairs,
                ByteLevel = true,
                EndOfWordSuffix = WordEnd,
                UnknownToken = options.EndToken,
            });
            return new ClipTokenizer(bpe, entries, options);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            throw new ModelException("vocab.json and merges.txt do not belong together; download the tokenizer again.", exception);
        }
    }

    /// <inheritdoc/>
    public TokenSequence Encode(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var ids = new long[Length];
        var mask = new long[Length];
        ids[0] = beginId;
        var count = 1;
        var position = SkipWhiteSpace(text, 0);
        var unreadFrom = text.Length;
        while (position < text.Length && unreadFrom == text.Length)
        {
            var end = EndOfWord(text, position);
            if (!TryAppendWord(text.AsSpan(position, end - position), ids, ref count))
            {
                unreadFrom = position;
            }

            position = SkipWhiteSpace(text, end);
        }

        ids[count] = endId;
        Array.Fill(ids, padId, count + 1, Length - count - 1);
        Array.Fill(mask, 1, 0, count + 1);
        return new TokenSequence(ids, mask, count, text[unreadFrom..].TrimEnd());
    }

    /// <inheritdoc/>
    public IReadOnlyList<string> Pieces(TokenSequence tokens)
    {
        ArgumentNullException.ThrowIfNull(tokens);
        var pieces = new string[tokens.EosIndex - 1];
        for (var index = 0; index < pieces.Length; index++)
        {
            var piece = bpe.Decode([(int)tokens.Ids[index + 1]]) ?? "";
            pieces[index] = piece.EndsWith(WordEnd, StringComparison.Ordinal) ? piece[..^WordEnd.Length] : piece.TrimEnd();
        }

        return pieces;
    }

    /// <summary>Appends a word's ids as far as they fit before the end token.</summary>
    private bool TryAppendWord(ReadOnlySpan<char> word, long[] ids, ref int count)
    {
        var rest = ClipWords.Normalize(word).AsSpan();
        while (!rest.IsEmpty)
        {
            var length = ClipWords.FirstPieceLength(rest);
            foreach (var id in bpe.EncodeToIds(rest[..length], considerPreTokenization: false, considerNormalization: false))
            {
                if (count == Length - 1)
                {
                    return false;
                }

                ids[count++] = id;
            }

            rest = rest[length..];
        }

        return true;
    }

    private static int SkipWhiteSpace(string text, int position)
    {
        while (position < text.Length && char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return position;
    }

    private static int EndOfWord(string text, int position)
    {
        while (position < text.Length && !char.IsWhiteSpace(text[position]))
        {
            position++;
        }

        return position;
    }

    private static int IdOf(Dictionary<string, int> vocabulary, string token) =>
        vocabulary.TryGetValue(token, out var id)
            ? id
            : throw new ModelException($"vocab.json has no entry {token}, which tokenizer_config.json names.");

    private static Dictionary<string, int> ReadVocabulary(Stream vocabulary)
    {
        try
        {
            return JsonSerializer.Deserialize<Dictionary<string, int>>(vocabulary)
                ?? throw new ModelException("vocab.json is null instead of an object of entries and ids.");
        }
        catch (JsonException exception)
        {
            throw new ModelException("vocab.json is not an object of entries and ids; download the tokenizer again.", exception);
        }
    }

    private static List<string> ReadMerges(TextReader merges, Dictionary<string, int> vocabulary)
    {
        var pairs = new List<string>();
        var lineNumber = 0;
        while (merges.ReadLine() is { } line)
        {
            lineNumber++;
            if (line.Length == 0 || (lineNumber == 1 && line.StartsWith("#version", StringComparison.Ordinal)))
            {
                continue;
            }

            var space = line.IndexOf(' ', StringComparison.Ordinal);
            if (space <= 0 || space == line.Length - 1)
            {
                throw new ModelException($"Line {lineNumber} of merges.txt is not a pair; download the tokenizer again.");
            }

            // Published merge lists go on beyond the vocabulary; those merges were never used.
            if (vocabulary.ContainsKey(string.Concat(line.AsSpan(0, space), line.AsSpan(space + 1))))
            {
                pairs.Add(line);
            }
        }

        return pairs;
    }
}
