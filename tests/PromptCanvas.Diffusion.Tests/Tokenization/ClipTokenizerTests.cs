using System.Text;
using System.Text.Json;
using PromptCanvas.Diffusion.Tokenization;
using PromptCanvas.Tests.Shared;

namespace PromptCanvas.Diffusion.Tests.Tokenization;

public sealed class ClipTokenizerTests
{
    private const int Begin = 627;
    private const int End = 628;

    public static TheoryData<string, int[]> GoldenTexts
    {
        get
        {
            var data = new TheoryData<string, int[]>();
            using var document = JsonDocument.Parse(File.ReadAllBytes(Fixture.PathOf("unclip-tiny/tokens.json")));
            foreach (var entry in document.RootElement.EnumerateArray())
            {
                data.Add(entry.GetProperty("text").GetString()!, entry.GetProperty("ids").Deserialize<int[]>()!);
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(GoldenTexts))]
    public void Encode_GoldenTexts_MatchTheReference(string text, int[] expected)
    {
        var sequence = Tokenizer().Encode(text);

        Assert.Equal(expected, ReadIds(sequence));
    }

    [Theory]
    [InlineData("A  photo", "a photo")]
    [InlineData("a photo of", "a photo of")]
    [InlineData("", "")]
    public void Pieces_OfAText_AreItsWordsTogether(string text, string expected)
    {
        var tokenizer = Tokenizer();
        var sequence = tokenizer.Encode(text);

        var pieces = tokenizer.Pieces(sequence);

        Assert.Equal(sequence.EosIndex - 1, pieces.Count);
        Assert.Equal(expected.Replace(" ", "", StringComparison.Ordinal), string.Concat(pieces));
    }

    [Fact]
    public void Encode_ShortText_IsPaddedWithTheEndToken()
    {
        var sequence = Tokenizer(new() { Length = 8 }).Encode("a photo");

        Assert.Equal([Begin, 320, 607, End, End, End, End, End], sequence.Ids);
        Assert.Equal([1, 1, 1, 1, 0, 0, 0, 0], sequence.AttentionMask);
        Assert.Equal(3, sequence.EosIndex);
        Assert.Equal("", sequence.UnreadText);
    }

    [Fact]
    public void Encode_KarlosPadding_IsZeroAndTypedMarksAreNot()
    {
        // "!" as padding is entry 0; typed at the end of a word it is entry 256, as the tokenizer Karlo was trained with has it.
        var sequence = Tokenizer(new() { Length = 6, PadToken = "!" }).Encode("a !");

        Assert.Equal([Begin, 320, 256, End, 0, 0], sequence.Ids);
    }

    [Theory]
    [InlineData("a photo of a cat", "")] // five ids, exactly full
    [InlineData("  a photo of a cat  ", "")]
    [InlineData("a photo of a cat  on a\ttable ", "on a\ttable")]
    [InlineData("a photo of a qqqq", "qqqq")] // only its first id fits
    [InlineData("a photo of a qqqq  there", "qqqq  there")]
    public void Encode_TextThatDoesNotFit_SaysFromWhichWordOn(string text, string unread)
    {
        var sequence = Tokenizer(new() { Length = 7 }).Encode(text);

        Assert.Equal(unread, sequence.UnreadText);
        Assert.Equal(6, sequence.EosIndex);
        Assert.Equal([Begin, 320, 607, 513, 320], sequence.Ids[..5]);
        Assert.Equal(End, sequence.Ids[6]);
    }

    [Theory]
    [InlineData("\U0001D49C")] // a letter beyond the basic plane
    [InlineData("🐶👩‍👩‍👧")]
    [InlineData("\ud800")]
    [InlineData("a\udc00b \ud83d")]
    [InlineData("\0\u0001\uffff")]
    [InlineData("\u0301 \u200b \u202e")]
    public void Encode_UnusualText_GivesIds(string text)
    {
        var sequence = Tokenizer().Encode(text);

        Assert.InRange(sequence.EosIndex, 2, 75);
    }

    [Fact]
    public void Encode_LettersBeyondTheBasicPlane_AreLetters()
    {
        // "a" and 𝒜 are one run of letters, so only the last byte ends a word; a symbol would end one after "a".
        var letters = ReadIds(Tokenizer().Encode("a\U0001D49C"));
        var symbol = ReadIds(Tokenizer().Encode("a🐶"));

        Assert.Equal(64, letters[1]);
        Assert.Equal(320, symbol[1]);
    }

    [Fact]
    public void Encode_DecomposedOrCapitalLetters_AreTheSameText()
    {
        var tokenizer = Tokenizer();

        Assert.Equal(tokenizer.Encode("café").Ids, tokenizer.Encode("CAFE\u0301").Ids);
        Assert.Equal(tokenizer.Encode("i\u0307").Ids, tokenizer.Encode("İ").Ids);
    }

    [Fact]
    public void Encode_InvalidSurrogate_IsTheReplacementCharacter()
    {
        Assert.Equal(Tokenizer().Encode("a \ufffd").Ids, Tokenizer().Encode("a \ud800").Ids);
    }

    [Fact]
    public void Encode_EveryByte_SpellsItsText()
    {
        // Without merges every byte is one id, the last of a word with its own end-of-word entry.
        var ids = ReadIds(Create("{" + ByteEntries() + "}", "#version: 0.2\n", new()).Encode("ab é"));

        Assert.Equal([512, 64, 256 + 65, 127, 256 + 102, 513], ids);
    }

    [Fact]
    public void Create_DamagedFiles_ThrowsWithTheReason()
    {
        var entries = "{" + ByteEntries() + "}";

        Assert.Contains("vocab.json", Assert.Throws<ModelException>(() => Create("[1]", "", new())).Message, StringComparison.Ordinal);
        Assert.Contains("Line 2", Assert.Throws<ModelException>(() => Create(entries, "#version\nab\n", new())).Message, StringComparison.Ordinal);
        Assert.Contains("[PAD]", Assert.Throws<ModelException>(() => Create(entries, "", new() { PadToken = "[PAD]" })).Message, StringComparison.Ordinal);
        Assert.Throws<ArgumentOutOfRangeException>(() => Create(entries, "", new() { Length = 2 }));
    }

    private static int[] ReadIds(TokenSequence sequence)
    {
        var ids = new int[sequence.EosIndex + 1];
        for (var index = 0; index < ids.Length; index++)
        {
            ids[index] = (int)sequence.Ids[index];
        }

        return ids;
    }

    private static ClipTokenizer Tokenizer(ClipTokenizerOptions? options = null)
    {
        var folder = Fixture.PathOf("unclip-tiny/model/tokenizer");
        using var vocabulary = File.OpenRead(Path.Combine(folder, "vocab.json"));
        using var merges = File.OpenText(Path.Combine(folder, "merges.txt"));
        return ClipTokenizer.Create(vocabulary, merges, options ?? new ClipTokenizerOptions());
    }

    private static ClipTokenizer Create(string vocabulary, string merges, ClipTokenizerOptions options)
    {
        using var stream = new MemoryStream(Encoding.UTF8.GetBytes(vocabulary));
        using var reader = new StringReader(merges);
        return ClipTokenizer.Create(stream, reader, options);
    }

    /// <summary>CLIP's 256 byte symbols, the same with the end-of-word suffix, and the special tokens, in CLIP's order.</summary>
    private static string ByteEntries()
    {
        var symbols = new List<string>();
        void AddRange(int first, int last)
        {
            for (var code = first; code <= last; code++)
            {
                symbols.Add(((char)code).ToString());
            }
        }

        AddRange(33, 126);
        AddRange(161, 172);
        AddRange(174, 255);
        AddRange(256, 256 + 67);
        var count = symbols.Count;
        for (var index = 0; index < count; index++)
        {
            symbols.Add(symbols[index] + "</w>");
        }

        symbols.Add("<|startoftext|>");
        symbols.Add("<|endoftext|>");
        var entries = new List<string>();
        for (var index = 0; index < symbols.Count; index++)
        {
            entries.Add($"{JsonSerializer.Serialize(symbols[index])}: {index}");
        }

        return string.Join(", ", entries);
    }
}
