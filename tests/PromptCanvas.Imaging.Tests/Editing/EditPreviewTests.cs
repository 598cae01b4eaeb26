using PromptCanvas.Imaging.Editing;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Imaging.Tests.Editing;

public sealed class EditPreviewTests
{
    [Fact]
    public void Show_SmallPicture_ReplacesOnlyThePixelsUnderTheFrameThatAreNotKept()
    {
        var picture = Pictures.Noise(20, 10, seed: 1);
        var hole = new PixelRectangle(5, 4, 2, 2);
        var preview = new EditPreview(new EditCanvas(picture, Masks.WithHole(20, 10, hole)), new PixelRectangle(4, 2, 6, 6), maximumSide: 64);

        var shown = preview.Show(Plain(8, 200));

        Assert.Equal((20, 10), (shown.Width, shown.Height));
        for (var y = 0; y < 10; y++)
        {
            for (var x = 0; x < 20; x++)
            {
                var expected = hole.Contains(new PixelRectangle(x, y, 1, 1)) ? [200, 200, 200] : Pixel(picture, x, y);
                Assert.Equal(expected, Pixel(shown, x, y));
            }
        }
    }

    [Fact]
    public void Show_LargePicture_IsReducedAndKeepsItsAspectRatio()
    {
        var preview = new EditPreview(new EditCanvas(Plain(400, 200, 10), Masks.WithHole(400, 200, new PixelRectangle(0, 0, 200, 200))), new PixelRectangle(0, 0, 200, 200), maximumSide: 100);

        var shown = preview.Show(Plain(64, 200));

        Assert.Equal((100, 50), (shown.Width, shown.Height));
        Assert.Equal([200, 200, 200], Pixel(shown, 49, 49));
        Assert.Equal([10, 10, 10], Pixel(shown, 50, 0));
    }

    [Fact]
    public void Show_PartOfALaterFrame_IsGrey()
    {
        var preview = new EditPreview(new EditCanvas(Plain(30, 10, 10), Masks.WithHole(30, 10, new PixelRectangle(10, 0, 20, 10))), new PixelRectangle(10, 0, 10, 10), maximumSide: 64);

        var shown = preview.Show(Plain(10, 200));

        Assert.Equal([200, 200, 200], Pixel(shown, 19, 5));
        Assert.Equal([128, 128, 128], Pixel(shown, 20, 5));
    }

    private static RgbImage Plain(int side, byte level) => Plain(side, side, level);

    private static RgbImage Plain(int width, int height, byte level)
    {
        var bytes = new byte[RgbImage.Channels * width * height];
        Array.Fill(bytes, level);
        return new RgbImage(width, height, bytes);
    }

    private static byte[] Pixel(RgbImage image, int x, int y) =>
        image.Bytes.Span.Slice(((y * image.Width) + x) * RgbImage.Channels, RgbImage.Channels).ToArray();
}
