using NetVips;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Imaging.Tests.Pixels;

public sealed class ForeignFormatsTests
{
    public static TheoryData<byte[], string> Named => new()
    {
        { [0, 0, 0, 0x18, .. "ftypheic"u8, 0, 0, 0, 0, .. "mif1heic"u8], "This is a HEIC file. Save it as JPEG or PNG." },
        { [0, 0, 0, 0x1C, .. "ftypmif1"u8, 0, 0, 0, 0], "This is a HEIC file. Save it as JPEG or PNG." },
        { [0, 0, 0, 0x1C, .. "ftypavis"u8, 0, 0, 0, 0], "This is an animated AVIF file. Save it as JPEG or PNG." },
        { [0, 0, 0, 0x10, .. "ftypavif"u8, 0, 0, 0, 0], "The AVIF file is damaged, or of a kind that is not read. Save it as JPEG or PNG." },
        { [.. "GIF89a"u8, 1, 0, 1, 0], "This is a GIF file. Save it as JPEG or PNG." },
        { [0x49, 0x49, 0x2A, 0, 8, 0, 0, 0], "This is a TIFF file. Save it as JPEG or PNG." },
        { [0x4D, 0x4D, 0, 0x2A, 0, 0, 0, 8], "This is a TIFF file. Save it as JPEG or PNG." },
        { [.. "BM"u8, 0x46, 0, 0, 0, 0, 0, 0, 0], "This is a BMP file. Save it as JPEG or PNG." },
        { [.. "<svg xmlns="u8], "This is an SVG file. Save it as JPEG or PNG." },
        { [.. "anything else"u8], "The file is not a readable JPEG, PNG, WebP or AVIF picture." },
    };

    [Theory]
    [MemberData(nameof(Named))]
    public void Decode_AnotherFormat_IsRefusedByItsName(byte[] encoded, string message) =>
        Assert.Equal(message, Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(encoded)).Message);

    [Fact]
    public void ToPng_Animation_IsItsFirstFrameAndSaysSo()
    {
        // Different frames, because the encoder merges equal ones.
        using var dark = Image.Black(8, 8, bands: 3) + 40;
        using var bright = Image.Black(8, 8, bands: 3) + 200;
        using var frames = dark.Join(bright, Enums.Direction.Vertical);
        using var pages = frames.Cast(Enums.BandFormat.Uchar).Mutate(image => image.Set(GValue.GIntType, "page-height", 8));
        var animation = PictureImport.ToPng(pages.WebpsaveBuffer());
        using var still = pages.Crop(0, 0, 8, 8);

        Assert.Equal((8, 8, true), (animation.Width, animation.Height, animation.IsFirstFrame));
        Assert.False(PictureImport.ToPng(still.WebpsaveBuffer(keep: Enums.ForeignKeep.None)).IsFirstFrame);
    }

    [Fact]
    public void IsAnimation_Png_IsKnownByItsControlChunk()
    {
        var png = PngEncoder.Encode(new RgbImage(2, 2, new byte[12]));
        byte[] control = [0, 0, 0, 8, .. "acTL"u8, 0, 0, 0, 2, 0, 0, 0, 0, 0, 0, 0, 0];
        var firstChunk = 8 + 25;

        Assert.True(ForeignFormats.IsAnimation([.. png[..firstChunk], .. control, .. png[firstChunk..]]));
        Assert.False(ForeignFormats.IsAnimation(png));
        Assert.False(ForeignFormats.IsAnimation([.. png[..8], 0xFF, 0xFF, 0xFF, 0xFF, .. "tEXt"u8]));
    }
}
