using PromptCanvas.Web.Components.Gallery;

namespace PromptCanvas.Web.Tests.Features.Gallery;

public sealed class WallLayoutTests
{
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    // 5 pictures today, 2 yesterday, 1 a month ago.
    private static readonly DateTimeOffset[] Times =
        [.. Enumerable.Range(0, 5).Select(minute => Noon.AddMinutes(-minute)), Noon.AddDays(-1), Noon.AddDays(-1).AddMinutes(-1), Noon.AddDays(-30)];

    [Fact]
    public void Layout_OfSeveralDays_HasAHeadingAndFullRowsForEach()
    {
        var layout = new WallLayout(Times, columns: 3, unitsPerRow: 4, TimeSpan.Zero);

        var items = layout.Range(0, layout.Units).Select(slot => slot.Item).OfType<WallItem>().ToList();

        Assert.Equal([(0, 5), (0, 3), (3, 2), (5, 2), (5, 2), (7, 1), (7, 1)], items.Select(item => (item.Start, item.Count)));
        Assert.Equal([0, 1, 5, 9, 10, 14, 15], items.Select(item => item.Unit));
        Assert.Equal(19, layout.Units);
        Assert.Equal([(11, 0), (10, 14)], layout.Months.Select(month => (month.Start.Month, month.Unit)));
    }

    [Fact]
    public void Range_FromTheMiddleOfARow_HasOneSlotPerUnit()
    {
        var layout = new WallLayout(Times, columns: 3, unitsPerRow: 4, TimeSpan.Zero);

        var slots = layout.Range(3, 4);

        Assert.Equal([3, 4, 5, 6], slots.Select(slot => slot.Unit));
        Assert.Equal([null, null, 3, null], slots.Select(slot => slot.Item?.Start));
        Assert.Single(layout.Range(18, 10));
    }

    [Fact]
    public void Days_AreThoseOfTheReader()
    {
        DateTimeOffset[] around = [new(2026, 11, 28, 0, 30, 0, TimeSpan.Zero), new(2026, 11, 27, 23, 30, 0, TimeSpan.Zero)];

        Assert.Single(new WallLayout(around, 3, 4, TimeSpan.FromHours(1)).Range(0, 9), slot => slot.Item is { Day: not null });
        Assert.Equal(2, new WallLayout(around, 3, 4, TimeSpan.Zero).Range(0, 99).Count(slot => slot.Item is { Day: not null }));
    }

    [Fact]
    public void Layout_OfNothing_IsEmpty() => Assert.Empty(new WallLayout([], 3, 4, TimeSpan.Zero).Range(0, 10));
}
