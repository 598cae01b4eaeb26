using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Tests.Editing;

/// <summary>Small and thin holes are painted at a scale at which the model can draw in them.</summary>
public sealed class ThinHoleTests
{
    private const int DecoderCells = 64;

    [Theory]
    [InlineData(900, 24)]
    [InlineData(24, 900)]
    [InlineData(20, 20)]
    [InlineData(400, 12)]
    [InlineData(300, 300)]
    [InlineData(1024, 1024)]
    public void Over_AnyHole_HasEightCellsOfTheDecodersGridAndIsCovered(int width, int height)
    {
        var hole = new PixelRectangle((1024 - width) / 2, (1024 - height) / 2, width, height);
        var mask = Mask(1024, hole);
        var frames = FramePlanner.Over(mask, hole);

        var open = mask.Values.ToArray();
        foreach (var frame in frames)
        {
            Assert.True(Math.Min(width, height) * DecoderCells >= (FramePlanner.LeastCells - 1) * frame.Width, $"{frame}");
            Assert.True(frame.Left >= 0 && frame.Top >= 0 && frame.Right <= 1024 && frame.Bottom <= 1024);
            var rows = Enumerable.Range(frame.Top, frame.Height).ToList();
            Assert.Contains(rows, row => open.AsSpan((row * 1024) + frame.Left, frame.Width).Contains(false));
            rows.ForEach(row => open.AsSpan((row * 1024) + frame.Left, frame.Width).Fill(true));
        }

        Assert.DoesNotContain(false, open);
    }

    [Fact]
    public void Over_AThickHole_IsTheOneFrameAroundIt()
    {
        var hole = new PixelRectangle(200, 300, 400, 250);

        Assert.Equal([FramePlanner.Around(1024, 1024, hole)], FramePlanner.Over(Mask(1024, hole), hole));
    }

    [Fact]
    public void Feather_WiderThanTheHole_LeavesItsMiddlePainted()
    {
        var hole = new PixelRectangle(10, 40, 80, 12);
        var mask = Mask(100, hole);
        var white = new RgbImage(100, 100, Enumerable.Repeat(byte.MaxValue, 30_000).ToArray());
        var canvas = new EditCanvas(white, mask);
        canvas.Paste(new PixelRectangle(0, 0, 100, 100), new RgbImage(100, 100, new byte[30_000]));
        canvas.Feather(white, mask, pixels: 200);
        var painted = canvas.ToImage().Bytes.Span;

        Assert.InRange(painted[3 * ((46 * 100) + 50)], 0, 3);
        Assert.InRange(painted[3 * ((40 * 100) + 50)], 128, 254);
        Assert.Equal(255, painted[3 * ((39 * 100) + 50)]);
    }

    private static KeepMask Mask(int side, PixelRectangle hole)
    {
        var keep = new bool[side * side];
        keep.AsSpan().Fill(true);
        for (var y = hole.Top; y < hole.Bottom; y++)
        {
            keep.AsSpan((y * side) + hole.Left, hole.Width).Clear();
        }

        return new KeepMask(side, side, keep);
    }
}
