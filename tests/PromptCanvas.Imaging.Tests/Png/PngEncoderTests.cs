using System.Buffers.Binary;
using System.Text;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Imaging.Tests.Png;

public sealed class PngEncoderTests
{
    private static readonly PictureText Text = new(
        "een hond 🐶 naast café «北京»\nline two", 4294967295, "starter", """{"priorSteps":25,"name":"ü"}""", PictureText.ThisSoftware);

    [Fact]
    public void Encode_WithText_ReadsBackEveryCharacter()
    {
        var png = PngEncoder.Encode(Pictures.Gradient(64, 64), Text);

        Assert.Equal(Text, PictureText.Read(png));
    }

    [Fact]
    public void Encode_WithText_KeepsEveryPixel()
    {
        var image = Pictures.Noise(100, 60, seed: 1);

        var decoded = PictureDecoder.Decode(PngEncoder.Encode(image, Text));

        Assert.Equal((100, 60), (decoded.Width, decoded.Height));
        Assert.True(decoded.Bytes.Span.SequenceEqual(image.Bytes.Span));
    }

    [Fact]
    public void Encode_SamePictureAndText_GivesTheSameBytes()
    {
        var image = Pictures.Gradient(64, 64);

        Assert.Equal(PngEncoder.Encode(image, Text), PngEncoder.Encode(image, Text));
    }

    [Fact]
    public void Encode_WithText_WritesUncompressedUtf8ChunksAfterTheHeader()
    {
        var png = PngEncoder.Encode(Pictures.Gradient(8, 8), Text);

        var chunks = Chunks(png);

        Assert.Equal(["IHDR", "iTXt", "iTXt", "iTXt", "iTXt", "iTXt"], chunks.Take(6).Select(chunk => chunk.Type));
        Assert.Equal("IEND", chunks[^1].Type);
        Assert.Equal("prompt\0\0\0\0\0" + Text.Prompt, Encoding.UTF8.GetString(chunks[1].Body));
        Assert.All(chunks, chunk => Assert.Equal(ReferenceCrc([.. Encoding.ASCII.GetBytes(chunk.Type), .. chunk.Body]), chunk.Crc));
    }

    [Fact]
    public void ThisSoftware_NamesProductAndVersion() => Assert.Matches(@"^PromptCanvas \d+\.\d+$", PictureText.ThisSoftware);

    [Fact]
    public void Insert_NotAPng_IsRefused() => Assert.Throws<ArgumentException>(() => PngText.Insert(new byte[100], []));

    [Theory]
    [InlineData("")]
    [InlineData("naïve")]
    public void Insert_KeywordOutsideAscii_IsRefused(string keyword)
    {
        var png = PngEncoder.Encode(Pictures.Gradient(8, 8));

        Assert.Throws<ArgumentException>(() => PngText.Insert(png, [new(keyword, "text")]));
    }

    [Fact]
    public void Read_CutShortAnywhere_NeverThrows()
    {
        var png = PngEncoder.Encode(Pictures.Gradient(8, 8), Text);

        for (var length = 0; length < png.Length; length++)
        {
            Assert.True(PngText.Read(png.AsSpan(0, length)).Count <= 6);
        }
    }

    [Fact]
    public void Read_PictureWithoutText_IsNotOurs() => Assert.Null(PictureText.Read(PngEncoder.Encode(Pictures.Gradient(8, 8))));

    private static List<(string Type, byte[] Body, uint Crc)> Chunks(byte[] png)
    {
        var chunks = new List<(string, byte[], uint)>();
        for (var at = 8; at < png.Length;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(png.AsSpan(at));
            var crc = BinaryPrimitives.ReadUInt32BigEndian(png.AsSpan(at + 8 + length));
            chunks.Add((Encoding.ASCII.GetString(png, at + 4, 4), png[(at + 8)..(at + 8 + length)], crc));
            at += 12 + length;
        }

        return chunks;
    }

    // Computed bit by bit, independent of the table under test.
    internal static uint ReferenceCrc(byte[] bytes)
    {
        var crc = uint.MaxValue;
        foreach (var value in bytes)
        {
            crc ^= value;
            for (var bit = 0; bit < 8; bit++)
            {
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
            }
        }

        return ~crc;
    }
}
