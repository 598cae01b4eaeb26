using NetVips;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Imaging.Tests;

public sealed class PictureConverterTests
{
    [Theory]
    [InlineData(PictureFormat.Jpeg, 3)]
    [InlineData(PictureFormat.WebP, 4)]
    [InlineData(PictureFormat.Png, 4)]
    public void Convert_ACutOut_KeepsItsTransparencyOrLiesOnWhite(PictureFormat format, int bands)
    {
        var cutOut = PngEncoder.Encode(new RgbaImage(32, 32, new byte[4 * 32 * 32]));
        using var converted = Image.NewFromBuffer(PictureConverter.Convert(cutOut, format, quality: 90));

        Assert.Equal(bands, converted.Bands);
        Assert.Equal(format == PictureFormat.Jpeg ? 255 : 0, converted.Getpoint(5, 5)[^1], tolerance: 3);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Convert_WithAFit_FillsIt(bool stretch)
    {
        var bytes = new byte[3 * 60 * 60];
        bytes.AsSpan(0, 3 * 60 * 10).Fill(byte.MaxValue);
        using var fitted = Image.NewFromBuffer(PictureConverter.Convert(PngEncoder.Encode(new RgbImage(60, 60, bytes)), PictureFormat.Png, 100, new PictureFit(120, 60, stretch)));

        Assert.Equal((120, 60), (fitted.Width, fitted.Height));

        // The white strip at the top is cut off, or stays.
        Assert.Equal(stretch, fitted.Getpoint(60, 4)[0] > 200);
    }
}
