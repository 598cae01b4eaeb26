using PromptCanvas.Data.Texts;

namespace PromptCanvas.Data.Tests.Texts;

public sealed class TextRulesTests
{
    public static TheoryData<int> NoCharacters =>
        [.. Enumerable.Range(0xFDD0, 32), .. Enumerable.Range(0, 17).SelectMany(plane => (int[])[(plane << 16) | 0xFFFE, (plane << 16) | 0xFFFF])];

    [Theory]
    [MemberData(nameof(NoCharacters))]
    public void FirstInvalid_ANoncharacter_IsFound(int point)
    {
        Assert.Equal(point, TextRules.FirstInvalid($"a{char.ConvertFromUtf32(point)}b"));
        Assert.Equal(point, TextRules.FirstNoCharacter($"a{char.ConvertFromUtf32(point)}b"));
    }

    [Fact]
    public void FirstInvalid_AHalfOfAPair_IsFoundAnywhere()
    {
        const char High = (char)0xD83D, Low = (char)0xDE00;
        Assert.Null(TextRules.FirstInvalid($"{High}{Low}"));
        foreach (var text in (string[])[$"{High}", $"{Low}", $"{Low}{High}", $"a{High}", $"{High}{High}{Low}", $"{High}{Low}{Low}"])
        {
            Assert.InRange(TextRules.FirstInvalid(text) ?? 0, 0xD800, 0xDFFF);
            Assert.InRange(TextRules.FirstNoCharacter(text) ?? 0, 0xD800, 0xDFFF);
        }
    }

    [Fact]
    public void FirstInvalid_Controls_AreAllButTabAndLineEnds()
    {
        var allowed = Enumerable.Range(0, 0x20).Where(point => TextRules.FirstInvalid($"{(char)point}") is null);

        Assert.Equal(['\t', '\n', '\r'], allowed.Select(point => (char)point));
        Assert.Null(TextRules.FirstNoCharacter("\0\u0001\u001F"));
    }

    [Theory]
    [InlineData("a\r\nb\rc\nd", "a\nb\nc\nd")]
    [InlineData("\r\r\n", "\n\n")]
    [InlineData("e\u0301", "\u00E9")]
    [InlineData("\u212B", "\u00C5")]
    [InlineData("\u1100\u1161\u11A8", "\uAC01")]
    public void Normalize_LineEndsAndLetters_HaveOneForm(string text, string expected) => Assert.Equal(expected, TextRules.Normalize(text));

    [Fact]
    public void Cut_InAPair_LeavesTheWholePairOut() => Assert.Equal("a", TextRules.Cut("a\U0001F600b", 2));
}
