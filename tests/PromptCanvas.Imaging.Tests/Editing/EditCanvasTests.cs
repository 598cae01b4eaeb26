using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Tests.Editing;

public sealed class EditCanvasTests
{
    [Fact]
    public void Cut_InsideAndSmall_IsTheCropItself()
    {
        var picture = Pictures.Noise(20, 10, seed: 1);
        var canvas = new EditCanvas(picture, Masks.WithHole(20, 10, new PixelRectangle(5, 4, 2, 2)));

        var (cut, keep) = canvas.Cut(new PixelRectangle(4, 2, 6, 6), 64);

        Assert.Equal((6, 6), (cut.Width, cut.Height));
        Assert.Equal(new PixelRectangle(1, 2, 2, 2), keep.Hole());
        Assert.Equal(Pixel(picture, 9, 7), Pixel(cut, 5, 5));
        Assert.Equal([0, 0, 0], Pixel(cut, 1, 2));
    }

    [Fact]
    public void Cut_ReachingOutside_RepeatsTheEdge()
    {
        var picture = Pictures.Noise(4, 2, seed: 2);

        var (cut, keep) = new EditCanvas(picture, Masks.WithHole(4, 2, new PixelRectangle(3, 1, 1, 1))).Cut(new PixelRectangle(0, -1, 4, 4), 64);

        Assert.Equal(Pixel(picture, 1, 0), Pixel(cut, 1, 0));
        Assert.Equal(Pixel(picture, 1, 1), Pixel(cut, 1, 3));

        // Pixels beyond the hole are not known either.
        Assert.Equal(new PixelRectangle(3, 2, 1, 2), keep.Hole());
    }

    [Fact]
    public void Cut_Reduced_IsTheMeanOfWhatIsKnown()
    {
        var bytes = new byte[3 * 16];
        bytes.AsSpan().Fill(100);
        bytes.AsSpan(0, 3).Fill(255);
        var canvas = new EditCanvas(new RgbImage(4, 4, bytes), Masks.WithHole(4, 4, new PixelRectangle(0, 0, 1, 1)));

        var (cut, keep) = canvas.Cut(new PixelRectangle(0, 0, 4, 4), 2);

        Assert.Equal(new PixelRectangle(0, 0, 1, 1), keep.Hole());
        Assert.All(cut.Bytes.ToArray(), value => Assert.Equal(100, value));
    }

    [Fact]
    public void Feather_OfAHole_RisesFromTheRimAndLeavesWhatIsKept()
    {
        const int Feather = 3;
        var black = new RgbImage(20, 1, new byte[20 * RgbImage.Channels]);
        var mask = Masks.WithHole(20, 1, new PixelRectangle(4, 0, 12, 1));
        var canvas = new EditCanvas(black, mask);
        var white = new byte[12 * 12 * RgbImage.Channels];
        white.AsSpan().Fill(200);
        canvas.Paste(new PixelRectangle(4, -6, 12, 12), new RgbImage(12, 12, white));

        canvas.Feather(black, mask, Feather);

        // Feather weights by distance to the edge, in quarters: 1/4, 2/4, 3/4, then fully painted.
        var result = canvas.ToImage();
        Assert.Equal([0, 0, 0, 0, 50, 100, 150, 200, 200, 200, 200, 200, 200, 150, 100, 50, 0, 0, 0, 0],
            Enumerable.Range(0, 20).Select(x => (int)Pixel(result, x, 0)[0]));
    }

    [Fact]
    public void Inside_RoundHole_IsNearTheTrueDistance()
    {
        const int Side = 41;
        var keep = Enumerable.Range(0, Side * Side).Select(pixel => Far(pixel) > 18).ToArray();

        var distances = RimDistance.Inside(new KeepMask(Side, Side, keep));

        // The chamfer metric is off by at most 8 %, and the edge by one pixel.
        Assert.All(Enumerable.Range(0, Side * Side).Where(pixel => !keep[pixel]), pixel =>
            Assert.Equal(18 - Far(pixel), distances[pixel], 1 + (0.08 * 18)));
        Assert.All(Enumerable.Range(0, Side * Side).Where(pixel => keep[pixel]), pixel => Assert.Equal(0, distances[pixel]));

        static double Far(int pixel) => Math.Sqrt(Math.Pow((pixel % Side) - 20, 2) + Math.Pow((pixel / Side) - 20, 2));
    }

    [Theory]
    [InlineData(8)]
    [InlineData(5)]
    [InlineData(32)]
    public void Paste_PaintedAtAnySize_ChangesTheHoleAlone(int side)
    {
        var picture = Pictures.Noise(30, 20, seed: 3);
        var hole = new PixelRectangle(11, 9, 4, 3);
        var canvas = new EditCanvas(picture, Masks.WithHole(30, 20, hole));
        var white = new byte[3 * side * side];
        white.AsSpan().Fill(255);
        var frame = new PixelRectangle(9, 7, 8, 8);

        canvas.Paste(frame, new RgbImage(side, side, white));

        var result = canvas.ToImage();
        for (var y = 0; y < 20; y++)
        {
            for (var x = 0; x < 30; x++)
            {
                var inHole = x >= hole.Left && x < hole.Right && y >= hole.Top && y < hole.Bottom;
                Assert.Equal(inHole ? [255, 255, 255] : Pixel(picture, x, y), Pixel(result, x, y));
            }
        }

        Assert.Null(canvas.Cut(frame, 8).Keep.Hole());
    }

    private static byte[] Pixel(RgbImage image, int x, int y) => image.Bytes.Span.Slice(((y * image.Width) + x) * 3, 3).ToArray();
}
