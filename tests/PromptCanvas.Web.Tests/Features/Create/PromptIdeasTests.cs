using PromptCanvas.Web.Features.Create;

namespace PromptCanvas.Web.Tests.Features.Create;

public sealed class PromptIdeasTests
{
    [Fact]
    public void Next_FirstOfEverything_IsTwoThings()
    {
        Assert.Equal("a red circle on top of a red circle", new PromptIdeas(_ => 0).Next());
    }

    [Fact]
    public void Next_LastOfEverything_IsOneThingInAStyle()
    {
        Assert.Equal("pixel art of a white pyramid", new PromptIdeas(count => count - 1).Next());
    }

    [Fact]
    public void Next_ManyTimes_IsSpelledRightAndVaried()
    {
        var random = new Random(1);
        var ideas = new PromptIdeas(random.Next);
        var prompts = Enumerable.Range(0, 500).Select(_ => ideas.Next()).ToHashSet();

        Assert.True(prompts.Count > 200);
        Assert.DoesNotContain(prompts, prompt => prompt.Contains("a orange", StringComparison.Ordinal) || prompt.Contains("crosss", StringComparison.Ordinal));
    }
}
