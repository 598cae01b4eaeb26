using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Imaging.Tests.WebP;

public sealed class SmallPictureTests
{
    private const int TargetBytes = 8 * 1024;

    [Theory]
    [InlineData(64, 64)]
    [InlineData(256, 256)]
    [InlineData(1024, 256)]
    public void Preview_OfAnySize_IsSmallWebP(int side, int expectedSide)
    {
        var preview = PreviewEncoder.Encode(Pictures.Gradient(side, side));

        Assert.Equal((expectedSide, expectedSide, "image/webp"), (preview.Width, preview.Height, preview.ContentType));
        Assert.True(preview.Bytes.Span.StartsWith("RIFF"u8));
        Assert.InRange(preview.Bytes.Length, 1, TargetBytes);
    }

    [Fact]
    public void Preview_OfNoiseAt64_StaysInTheTarget() =>
        Assert.InRange(PreviewEncoder.Encode(Pictures.Noise(64, 64, seed: 3)).Bytes.Length, 1, TargetBytes);

    [Theory]
    [InlineData(1024, 1024, 512, 512)]
    [InlineData(1024, 256, 512, 128)]
    [InlineData(64, 64, 64, 64)]
    public void Thumbnail_OfAnySize_FitsInto512(int width, int height, int expectedWidth, int expectedHeight)
    {
        var thumbnail = Thumbnailer.Encode(Pictures.Gradient(width, height));

        Assert.Equal((expectedWidth, expectedHeight), (thumbnail.Width, thumbnail.Height));
        var decoded = PictureDecoder.Decode(thumbnail.Bytes.ToArray());
        Assert.Equal((expectedWidth, expectedHeight), (decoded.Width, decoded.Height));
    }

    [Theory]
    [InlineData(1024, 512)]
    [InlineData(64, 256)]
    public void Resize_UpOrDown_KeepsTheMeanColour(int from, int to)
    {
        var source = Pictures.Gradient(from, from);

        var resized = Resizer.Resize(source, to, to);

        Assert.Equal((to, to), (resized.Width, resized.Height));
        Assert.InRange(Mean(resized) - Mean(source), -1, 1);
    }

    [Fact]
    public void Resize_ToTheSameSize_IsThePictureItself()
    {
        var source = Pictures.Gradient(64, 64);

        Assert.Same(source, Resizer.Resize(source, 64, 64));
    }

    private static double Mean(RgbImage image) => image.Bytes.ToArray().Average(value => (double)value);
}
