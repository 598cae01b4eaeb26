using PromptCanvas.Generation.Datasets;

namespace PromptCanvas.Generation.Tests.Datasets;

/// <summary>What a template draws, and how its pictures are divided.</summary>
public sealed class PromptTemplateTests
{
    private const uint Seed = 11;
    private const int Count = 10_000;

    [Fact]
    public void Draw_WeightedValues_ComeInProportion()
    {
        var template = Template("a {colour} {thing}", "colour=red:3,blue", "thing=cube,ball");

        var drawn = Enumerable.Range(0, Count).Select(index => template.Draw(Seed, index)).ToList();

        // Five standard deviations of 10,000 draws: 5·√(p·(1 − p)/n).
        Assert.InRange(drawn.Count(values => values[0] == "red") / (double)Count, 0.75 - 0.022, 0.75 + 0.022);
        Assert.InRange(drawn.Count(values => values[1] == "cube") / (double)Count, 0.5 - 0.025, 0.5 + 0.025);
        Assert.InRange(drawn.Count(values => values is ["red", "cube"]) / (double)Count, 0.375 - 0.025, 0.375 + 0.025);
        Assert.Equal(drawn[7], template.Draw(Seed, 7));
    }

    [Fact]
    public void Fill_SlotTwice_TakesTheSameValue()
    {
        var template = Template("{thing} on {thing}, {ground}", "ground=snow", "thing=cube");

        Assert.Equal("cube on cube, snow", template.Fill(template.Draw(Seed, 0)));
        Assert.Equal(1, template.Combinations);
    }

    [Fact]
    public void Splits_AnyShares_AreExactToOnePictureAndMixed()
    {
        Assert.True(DatasetSplits.Parse("train=0.7,validation=0.2,test=0.1", 101, Seed).TryGet(out var splits, out _));

        var assigned = Enumerable.Range(0, 101).Select(splits.Of).ToList();
        Assert.Equal((71, 20, 10), (assigned.Count(name => name == "train"), assigned.Count(name => name == "validation"), assigned.Count(name => name == "test")));
        Assert.NotEqual(assigned.Order().Reverse(), assigned);
    }

    [Fact]
    public void Splits_SameNameTwice_AreRefused() =>
        Assert.IsType<InvalidInput>(DatasetSplits.Parse("train=0.5,train=0.5", 2, Seed).Refusal);

    private static PromptTemplate Template(string text, params string[] slots)
    {
        var read = slots.Select(slot => PromptTemplate.Slot(slot).TryGet(out var value, out var refusal) ? value : throw new InvalidOperationException(refusal.Message));
        Assert.True(PromptTemplate.Of(text, [.. read]).TryGet(out var template, out _));
        return template;
    }
}
