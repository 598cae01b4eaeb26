using PromptCanvas.Web.Components.Gallery;

namespace PromptCanvas.Web.Tests.Features.Gallery;

public sealed class PictureSelectionTests
{
    private readonly Guid[] order = [.. Enumerable.Range(0, 10).Select(_ => Guid.NewGuid())];
    private readonly PictureSelection selection = new();

    [Theory]
    [InlineData(2, 5)]
    [InlineData(5, 2)]
    public void Extend_InEitherDirection_SelectsEverythingBetween(int from, int to)
    {
        selection.Toggle(order[from]);
        selection.Extend(order, order[to]);

        Assert.Equal(order[2..6].ToHashSet(), selection.Ids.ToHashSet());
        Assert.Equal(4, selection.Ids.Count);
    }

    [Fact]
    public void Extend_Twice_GoesOnFromTheLastOne()
    {
        selection.Toggle(order[1]);
        selection.Extend(order, order[3]);
        selection.Extend(order, order[6]);

        Assert.Equal(order[1..7], selection.Ids);
    }

    [Fact]
    public void Extend_WhereTheFirstOneHasGone_TogglesTheOne()
    {
        selection.Toggle(Guid.NewGuid());
        selection.Extend(order, order[4]);

        Assert.True(selection.Contains(order[4]));
        Assert.Equal(2, selection.Ids.Count);
    }

    [Fact]
    public void Toggle_Twice_SelectsNothing()
    {
        selection.Toggle(order[0]);
        selection.Toggle(order[0]);

        Assert.Empty(selection.Ids);
        Assert.False(selection.Contains(order[0]));
    }

    [Fact]
    public void Add_WhatIsSelected_AddsItOnce()
    {
        selection.Toggle(order[3]);
        selection.Add(order);

        Assert.Equal(10, selection.Ids.Count);
        selection.Clear();
        Assert.Empty(selection.Ids);
        Assert.False(selection.HasAnchor);
    }
}
