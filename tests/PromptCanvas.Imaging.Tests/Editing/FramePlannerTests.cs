using PromptCanvas.Imaging.Editing;

namespace PromptCanvas.Imaging.Tests.Editing;

public sealed class FramePlannerTests
{
    public static TheoryData<int, int, int, int, int, int> Holes { get; } = new()
    {
        { 1000, 1000, 480, 480, 40, 40 },
        { 1000, 1000, 0, 0, 10, 10 },
        { 1000, 1000, 990, 990, 10, 10 },
        { 1000, 1000, 999, 0, 1, 1 },
        { 1000, 1000, 100, 200, 700, 300 },
        { 1000, 1000, 0, 0, 1000, 1000 },
        { 4000, 300, 1000, 20, 40, 200 },
        { 4000, 300, 0, 0, 900, 300 },
        { 300, 4000, 0, 3000, 300, 1000 },
        { 300, 4000, 0, 0, 300, 4000 },
        { 40, 30, 10, 10, 5, 5 },
        { 1, 1, 0, 0, 1, 1 },
        { 8000, 1, 4000, 0, 2, 1 },
    };

    [Theory]
    [MemberData(nameof(Holes))]
    public void Around_AnyHole_IsASquareThatHoldsItAndShowsItsSurroundings(int width, int height, int left, int top, int holeWidth, int holeHeight)
    {
        var hole = new PixelRectangle(left, top, holeWidth, holeHeight);

        var frame = FramePlanner.Around(width, height, hole);

        Assert.Equal(frame.Width, frame.Height);
        Assert.True(frame.Contains(hole));
        Assert.InRange(frame.Width, 1, Math.Max(width, height));

        // Along each axis, the frame is inside the picture, or the picture is centred in the frame.
        AssertPlaced(frame.Left, frame.Width, width);
        AssertPlaced(frame.Top, frame.Height, height);

        // As much context as the picture has, up to a margin as wide as the hole.
        var longest = Math.Max(holeWidth, holeHeight);
        Assert.True(frame.Width >= Math.Min(Math.Max(2 * longest, FramePlanner.MinimumSide), Math.Min(width, height)));
        Assert.True(frame.Width >= Math.Min(1.25 * longest, Math.Max(width, height)));
    }

    public static TheoryData<int, int, int, int, int, int> Extensions { get; } = new()
    {
        { 800, 600, 0, 400, 0, 0 },
        { 800, 600, 100, 100, 100, 100 },
        { 800, 600, 1, 0, 0, 0 },
        { 800, 600, 3000, 0, 0, 0 },
        { 100, 100, 0, 1000, 0, 0 },
        { 4000, 300, 0, 0, 200, 100 },
        { 300, 4000, 250, 0, 0, 0 },
        { 64, 64, 37, 200, 3, 500 },
        { 1, 1, 5, 5, 5, 5 },
        { 7, 3, 0, 10, 0, 11 },
    };

    [Theory]
    [MemberData(nameof(Extensions))]
    public void Outside_AnyExtension_CoversEveryNewPixelFromWhatIsThere(int width, int height, int left, int right, int up, int down)
    {
        var (wide, high) = (width + left + right, height + up + down);
        var all = new PixelRectangle(0, 0, wide, high);
        var there = new bool[wide * high];
        Fill(there, wide, new PixelRectangle(left, up, width, height));

        foreach (var frame in FramePlanner.Outside(wide, high, new PixelRectangle(left, up, width, height)))
        {
            Assert.Equal(frame.Width, frame.Height);
            Assert.True(all.Contains(frame), $"{frame} is not inside {all}");
            var known = Fill(there, wide, frame);

            // At least a quarter of the frame, rounded down for sides not divisible by four.
            Assert.True(known >= frame.Width * (frame.Width / 4) && known < frame.Width * frame.Width, $"{frame} knows {known}");
        }

        Assert.DoesNotContain(false, there);
    }

    [Fact]
    public void Outside_WhatOneFrameReaches_IsOneFrame() =>
        Assert.Equal([new PixelRectangle(600, 0, 600, 600)], FramePlanner.Outside(1200, 600, new PixelRectangle(0, 0, 800, 600)));

    private static void AssertPlaced(int start, int side, int length)
    {
        if (side <= length)
        {
            Assert.InRange(start, 0, length - side);
        }
        else
        {
            Assert.Equal((length - side) / 2, start);
        }
    }

    /// <summary>Marks a frame's pixels and returns how many were marked before.</summary>
    private static int Fill(bool[] there, int width, PixelRectangle frame)
    {
        var known = 0;
        for (var y = frame.Top; y < frame.Bottom; y++)
        {
            var row = there.AsSpan((y * width) + frame.Left, frame.Width);
            known += row.Count(true);
            row.Fill(true);
        }

        return known;
    }
}
