using System.Buffers.Binary;
using System.Text;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Tests.Imaging;

public sealed class PictureDecoderTests
{
    // Complete small files of formats this libvips could open if it were let.
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
