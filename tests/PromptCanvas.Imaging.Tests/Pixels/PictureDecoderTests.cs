using System.Buffers.Binary;
using System.Text;
using NetVips;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.Tests.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Imaging.Tests.Pixels;

public sealed class PictureDecoderTests
{
    // Complete small files in formats that this libvips could open if they were not blocked.
    public static TheoryData<string, byte[]> Refused => new()
    {
        { "svg", Encoding.UTF8.GetBytes("""<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><rect width="8" height="8"/></svg>""") },
        { "gif", Convert.FromBase64String("R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7") },
        { "tiff", OnePixelTiff() },
        { "text", Encoding.UTF8.GetBytes("not a picture at all") },
        { "empty", [] },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Decode_OtherFormat_IsRefused(string format, byte[] bytes)
    {
        Assert.NotEmpty(format);
        Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(bytes));
    }

    [Fact]
    public void Decode_WebP_GivesItsSize()
    {
        var decoded = PictureDecoder.Decode(PreviewEncoder.Encode(Pictures.Gradient(64, 64)).Bytes.ToArray());

        Assert.Equal((64, 64), (decoded.Width, decoded.Height));
    }

    [Fact]
    public void Decode_TruncatedPng_IsRefused()
    {
        var png = PngEncoder.Encode(Pictures.Noise(64, 64, seed: 2));

        Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(png[..(png.Length / 2)]));
    }

    public static TheoryData<string, byte[]> Encoded()
    {
        using var flat = Flat();
        return new()
        {
            { "png", PngEncoder.Encode(Pictures.Gradient(300, 200)) },
            { "flat png", flat.PngsaveBuffer() },
            { "interlaced png", flat.PngsaveBuffer(interlace: true) },
            { "jpeg", flat.JpegsaveBuffer() },
            { "progressive jpeg", flat.JpegsaveBuffer(interlace: true) },
            { "webp", flat.WebpsaveBuffer(lossless: true) },
        };
    }

    [Theory]
    [MemberData(nameof(Encoded))]
    public void Decode_CutShortAnywhere_IsRefused(string format, byte[] bytes)
    {
        Assert.Equal((300, 200), (PictureDecoder.Decode(bytes).Width, PictureDecoder.Decode(bytes).Height));

        // Truncated up to the last pixel bytes; only a PNG's empty end chunk and a JPEG's end marker carry no pixels.
        foreach (var length in new[] { bytes.Length - 24, bytes.Length * 9 / 10, bytes.Length / 2, bytes.Length / 4, 40, 10, 1 })
        {
            Assert.True(
                Record.Exception(() => PictureDecoder.Decode(bytes[..length])) is PictureFormatException, $"{format}: {length} of {bytes.Length} bytes");
        }
    }

    [Fact]
    public void Decode_AnimatedGif_IsRefused()
    {
        // Two frames of one pixel each.
        var gif = Convert.FromBase64String(
            "R0lGODlhAQABAIAAAAAAAP///yH/C05FVFNDQVBFMi4wAwEAAAAh+QQACgAAACwAAAAAAQABAAACAkQBACH5BAAKAAAALAAAAAABAAEAAAICRAEAOw==");

        var refusal = Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(gif));

        Assert.Equal("This is a GIF file. Save it as JPEG or PNG.", refusal.Message);
    }

    [Fact]
    public void Decode_SixteenBitPngWithTransparency_IsEightBitsOnWhite()
    {
        using var flat = Flat();
        using var wide = flat.Colourspace(Enums.Interpretation.Rgb16);
        using var opaque = wide.Bandjoin(ushort.MaxValue);
        using var clear = wide.Bandjoin(0);
        using var both = opaque.Join(clear, Enums.Direction.Horizontal);

        var decoded = PictureDecoder.Decode(both.PngsaveBuffer());

        Assert.Equal((600, 200), (decoded.Width, decoded.Height));
        Assert.Equal(Colour, Pixel(decoded, 10, 10));
        Assert.Equal([255, 255, 255], Pixel(decoded, 590, 10));
    }

    [Fact]
    public void Decode_GreyPicture_IsRgb()
    {
        using var flat = Flat();
        using var grey = flat.Colourspace(Enums.Interpretation.Bw);
        var level = (byte)grey.Avg();

        Assert.Equal([level, level, level], Pixel(PictureDecoder.Decode(grey.PngsaveBuffer()), 3, 3));
    }

    [Fact]
    public void Decode_CmykJpeg_HasTheRightColours()
    {
        using var flat = Flat();
        using var cmyk = flat.IccTransform("cmyk", inputProfile: "srgb");
        Assert.Equal(4, cmyk.Bands);

        var decoded = Pixel(PictureDecoder.Decode(cmyk.JpegsaveBuffer(q: 95)), 30, 30);

        // A round trip through a press profile and JPEG: a few levels of error.
        for (var channel = 0; channel < 3; channel++)
        {
            Assert.InRange(decoded[channel] - Colour[channel], -8, 8);
        }
    }

    [Fact]
    public void Decode_PhonePicture_IsTurnedUpright()
    {
        using var flat = Flat();
        using var spot = flat.Mutate(picture =>
        {
            picture.DrawRect([0, 255, 0], 0, 0, 40, 40, fill: true);
            picture.Set(GValue.GIntType, "orientation", 6);
        });

        var decoded = PictureDecoder.Decode(spot.JpegsaveBuffer(q: 95));

        // Orientation 6: the stored left edge is the upright top, so the top left corner goes to the top right.
        Assert.Equal((200, 300), (decoded.Width, decoded.Height));
        Assert.InRange(Pixel(decoded, 190, 10)[1], 240, 255);
        Assert.InRange(Pixel(decoded, 10, 10)[1], 0, 140);
    }

    [Fact]
    public void Decode_HeaderOfAHugePicture_IsRefusedBeforeDecoding()
    {
        var png = PngEncoder.Encode(Pictures.Gradient(8, 8));
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), 40_000);
        BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), 40_000);
        BinaryPrimitives.WriteUInt32BigEndian(png.AsSpan(29), PngEncoderTests.ReferenceCrc(png[12..29]));

        var refusal = Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(png));

        Assert.Contains("40000 × 40000", refusal.Message, StringComparison.Ordinal);
    }

    private static byte[] Colour { get; } = [180, 120, 60];

    private static Image Flat()
    {
        // The settings under which all pictures are read.
        PngEncoder.Encode(Pictures.Gradient(1, 1));
        using var black = Image.Black(300, 200);
        using var coloured = black.Linear([1.0], Array.ConvertAll(Colour, value => (double)value));
        using var bytes = coloured.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static byte[] Pixel(RgbImage image, int x, int y) => image.Bytes.Span.Slice(((y * image.Width) + x) * 3, 3).ToArray();

    private static byte[] OnePixelTiff()
    {
        short[][] entries =
        [
            [256, 3, 1, 0, 1, 0], [257, 3, 1, 0, 1, 0], [258, 3, 1, 0, 8, 0], [259, 3, 1, 0, 1, 0], [262, 3, 1, 0, 1, 0],
            [273, 4, 1, 0, 8, 0], [278, 3, 1, 0, 1, 0], [279, 4, 1, 0, 1, 0],
        ];
        using var tiff = new MemoryStream();
        using var writer = new BinaryWriter(tiff);
        writer.Write("II"u8);
        writer.Write((short)42);
        writer.Write(10);
        writer.Write((short)0x80);
        writer.Write((short)entries.Length);
        foreach (var value in entries.SelectMany(entry => entry))
        {
            writer.Write(value);
        }

        writer.Write(0);
        return tiff.ToArray();
    }
}
