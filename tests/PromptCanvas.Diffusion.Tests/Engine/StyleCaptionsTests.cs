using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Diffusion.Tests.Engine;

public sealed class StyleCaptionsTests
{
    [Fact]
    public void Subjects_WordsOfAllCaptions_AreTheStyle() => Assert.Equal(
        ["red cube", "blue star", "two rings"],
        StyleCaptions.Subjects(["A pencil sketch of a red cube", "a pencil sketch, of a blue star", "pencil sketch of a two rings"]));

    [Fact]
    public void Subjects_WordOfMostCaptions_Stays() => Assert.Equal(
        ["a red cube", "a red star", "one red ring", "blue heart"],
        StyleCaptions.Subjects(["a red cube", "a red star", "one red ring", "blue heart"]));

    [Fact]
    public void Subjects_NothingButSharedWords_StaysWhole() => Assert.Equal(
        ["a red cube", "a red cube"], StyleCaptions.Subjects(["a red cube", "a red cube"]));
}
