using System.Diagnostics;
using PromptCanvas.Data.Safety;
using PromptCanvas.Generation.Safety;

namespace PromptCanvas.Generation.Tests.Safety;

public sealed class PromptRuleTests
{
    [Theory]
    [InlineData("knife", "a knife on a table")]
    [InlineData("knife", "A KNIFE!")]
    [InlineData("knife", "a k n i f e")]
    [InlineData("knife", "a k.n-i_f e, please")]
    [InlineData("knife", "a kn\u200bife")]
    [InlineData("knife", "a kn\u00adife")]
    [InlineData("knife", "a knífé")]
    [InlineData("knife", "a kni\u0301fe")]
    [InlineData("knife", "a ｋｎｉｆｅ")]
    [InlineData("knife", "a 𝐤𝐧𝐢𝐟𝐞")]
    [InlineData("Blue Cube", "two bluecube")]
    [InlineData("blue cube", "blue\n\n  cube")]
    [InlineData("bluecube", "a blue cube")]
    [InlineData("weapon*", "many weapons")]
    [InlineData("Straße", "eine STRASSE")]
    [InlineData("über", "uber alles")]
    [InlineData("刀", "一把刀在桌子上")]
    public void Words_HoweverTheyAreWritten_AreFound(string words, string prompt) => Assert.True(Refuses(SafetyRuleKinds.Words, words, prompt));

    [Theory]
    [InlineData("ass", "a glass vase")]
    [InlineData("ass", "an assembly")]
    [InlineData("knife", "a knifefish")]
    [InlineData("knife", "a penknife")]
    [InlineData("weapon*", "a bioweapon")]
    [InlineData("red cube", "a cube that is red")]
    [InlineData("knife", "")]
    public void Words_InsideOthers_AreNotFound(string words, string prompt) => Assert.False(Refuses(SafetyRuleKinds.Words, words, prompt));

    [Theory]
    [InlineData(@"\bkni(fe|ves)\b", "three KNÍVES", true)]
    [InlineData(@"portrait of .+ president", "Portrait of the  president", true)]
    [InlineData(@"\bkni(fe|ves)\b", "a knight", false)]
    public void Pattern_SeesTheFoldedPromptToo(string pattern, string prompt, bool refused) =>
        Assert.Equal(refused, Refuses(SafetyRuleKinds.Pattern, pattern, prompt));

    [Fact]
    public void Pattern_ThatMakesOthersBacktrack_IsAnsweredAtOnce()
    {
        var start = Stopwatch.StartNew();

        Assert.False(Refuses(SafetyRuleKinds.Pattern, "(a+)+c", new string('a', 999) + "b"));

        // With backtracking, this match would practically never end.
        Assert.True(start.Elapsed < TimeSpan.FromSeconds(10), $"{start.Elapsed}");
    }

    [Theory]
    [InlineData(SafetyRuleKinds.Words, "…")]
    [InlineData(SafetyRuleKinds.Pattern, "(")]
    [InlineData(SafetyRuleKinds.Pattern, "a*")]
    [InlineData(SafetyRuleKinds.Pattern, "(?=a)b")]
    public void Check_WhatCannotBeUsed_IsSaid(string kind, string text) => Assert.NotNull(PromptRule.Check(kind, text).Refusal);

    private static bool Refuses(string kind, string text, string prompt)
    {
        Assert.Null(PromptRule.Check(kind, text).Refusal);
        var rule = new SafetyRule { Id = Guid.NewGuid(), Kind = kind, Text = text, Reason = "no", By = "ada", CreatedAt = DateTimeOffset.UnixEpoch };
        return PromptRule.Of(rule).Refuses(prompt, NormalizedText.Of(prompt));
    }
}
