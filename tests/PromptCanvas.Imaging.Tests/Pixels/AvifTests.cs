using System.Buffers.Binary;
using NetVips;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Imaging.Tests.Pixels;

/// <summary>AVIF files: still pictures are decoded, with no more work than their headers say.</summary>
public sealed class AvifTests
{
    private const int Width = 96;
    private const int Height = 64;

    private const int FrameType = 6;
    private const int WordLength = 4;

    [Theory]
    [InlineData(8)]
    [InlineData(10)]
    [InlineData(12)]
    public void Decode_StillPicture_HasItsColoursAndTransparency(int bits)
    {
        using var coloured = Coloured();
        using var whole = coloured.Bandjoin(255);
        using var clear = coloured.Bandjoin(0);
        using var both = whole.Join(clear, Enums.Direction.Horizontal);
        var (opaque, transparent) = PictureDecoder.DecodeForms(both.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, lossless: true, bitdepth: bits));

        Assert.Equal((2 * Width, Height), (opaque.Width, opaque.Height));
        foreach (var (channel, value) in new[] { 180, 120, 60 }.Index())
        {
            Assert.InRange(opaque.Bytes.Span[channel], value - 2, value + 2);
        }

        Assert.Equal(255, opaque.Bytes.Span[^1]);
        Assert.Equal((255, 0), (transparent!.Bytes.Span[3], transparent.Bytes.Span[^1]));
    }

    [Fact]
    public void Decode_PhonePicture_IsTurnedUprightOnce()
    {
        using var coloured = Coloured();
        using var turned = coloured.Mutate(picture => picture.Set(GValue.GIntType, "orientation", 6));
        var file = turned.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1);
        var decoded = PictureDecoder.Decode(file);

        Assert.Equal(PictureShape.SizeOf(file), (decoded.Width, decoded.Height));
        var imported = PictureImport.ToPng(file);
        Assert.Equal((decoded.Width, decoded.Height), (imported.Width, imported.Height));
    }

    [Fact]
    public void Decode_CutShortAnywhere_IsRefused()
    {
        var file = Still();

        Assert.All(
            [file.Length - 24, file.Length * 9 / 10, file.Length / 2, file.Length / 4, 40, 13],
            length => Assert.True(Record.Exception(() => PictureDecoder.Decode(file[..length])) is PictureFormatException, $"{length} of {file.Length} bytes"));
    }

    [Fact]
    public void Decode_FileWrittenByHand_IsThePicture()
    {
        var decoded = PictureDecoder.Decode(File(Stream()));

        Assert.Equal((Width, Height), (decoded.Width, decoded.Height));
        Assert.InRange(decoded.Bytes.Span[0], 170, 190);
    }

    [Theory]
    [InlineData("many frames")]
    [InlineData("tiles")]
    [InlineData("two lists of places")]
    [InlineData("another list of items")]
    [InlineData("elsewhere")]
    [InlineData("the same bytes again and again")]
    [InlineData("without sizes")]
    [InlineData("without its data")]
    public void Decode_MoreThanOnePicture_IsRefusedBeforeDecoding(string kind)
    {
        var stream = Stream();
        var file = kind switch
        {
            // The decoder decodes every frame of the stream.
            "many frames" => File([.. Enumerable.Repeat(stream, 60_000).SelectMany(one => one)]),
            "tiles" => File(stream, itemType: "grid"),
            "two lists of places" => File(stream, more: Box("iloc", new byte[8])),
            "another list of items" => [.. File(stream), .. Box("meta", new byte[4])],
            "elsewhere" => File(stream, reference: 1),
            "the same bytes again and again" => File(stream, extents: 1000),
            "without sizes" => File([(byte)(stream[0] & ~2), .. stream[1..]]),
            _ => File(stream, length: stream.Length + 1000),
        };

        Assert.Contains("AVIF", Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(file)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Decode_SmallHeaderAroundALargeFrame_IsRefusedBeforeDecoding(bool isReduced)
    {
        // Profile 0, a still picture; then 16 bits each for width and height, which are 65,536.
        var bits = (isReduced ? "000" + "1" + "1" + "00000" : "000" + "1" + "0" + "0" + "0" + "00000" + "000000000000" + "00000") + "1111" + "1111" + new string('1', 32);
        byte[] sequence = [.. bits.PadRight((bits.Length + 7) / 8 * 8, '0').Chunk(8).Select(eight => Convert.ToByte(new string(eight), 2))];
        var refusal = Assert.Throws<PictureFormatException>(() => PictureDecoder.Decode(File([0x0A, (byte)sequence.Length, .. sequence, .. Stream()])));

        Assert.Contains("65536 × 65536", refusal.Message, StringComparison.Ordinal);
    }

    private static Image Coloured()
    {
        // The settings under which all pictures are read.
        PngEncoder.Encode(Pictures.Gradient(1, 1));
        using var black = Image.Black(Width, Height);
        using var coloured = black.Linear([1.0], [180.0, 120.0, 60.0]);
        using var bytes = coloured.Cast(Enums.BandFormat.Uchar);
        return bytes.Copy(interpretation: Enums.Interpretation.Srgb);
    }

    private static byte[] Still()
    {
        using var coloured = Coloured();
        return coloured.HeifsaveBuffer(compression: Enums.ForeignHeifCompression.Av1, keep: Enums.ForeignKeep.None);
    }

    /// <summary>The AV1 stream of a picture: from the delimiter, which has no content, to the end of the frame.</summary>
    private static byte[] Stream()
    {
        var file = Still();
        var start = file.AsSpan().LastIndexOf((byte[])[0x12, 0]);
        for (var at = start; ;)
        {
            var (type, size, shift) = ((file[at++] >> 3) & 0xF, 0, 0);
            do
            {
                size |= (file[at] & 0x7F) << shift;
                shift += 7;
            }
            while (file[at++] >= 0x80);
            at += size;
            if (type == FrameType)
            {
                return file[start..at];
            }
        }
    }

    private static byte[] File(byte[] stream, string itemType = "av01", short reference = 0, int? length = null, short extents = 1, byte[]? more = null)
    {
        byte[] head = Box("ftyp", [.. "avif"u8, 0, 0, 0, 0, .. "mif1avif"u8]);
        var size = Meta(0).Length;
        return [.. head, .. Meta(head.Length + size + 8), .. Box("mdat", stream)];

        byte[] Places(int offset) => [.. Enumerable.Repeat<byte[]>([.. Number(offset), .. Number(length ?? stream.Length)], extents).SelectMany(place => place)];

        byte[] Meta(int offset) => Box(
            "meta",
            [
                0, 0, 0, 0,
                .. Box("hdlr", [0, 0, 0, 0, 0, 0, 0, 0, .. "pict"u8, .. new byte[13]]),
                .. Box("pitm", [0, 0, 0, 0, 0, 1]),
                .. Box("iloc", [0, 0, 0, 0, 0x44, 0, 0, 1, 0, 1, .. Number(reference), .. Number(extents), .. Places(offset)]),
                .. Box("iinf", [0, 0, 0, 0, 0, 1, .. Box("infe", [2, 0, 0, 0, 0, 1, 0, 0, .. System.Text.Encoding.ASCII.GetBytes(itemType), 0])]),
                .. Box(
                    "iprp",
                    [
                        .. Box("ipco", [.. Box("av1C", [0x81, 0, 0x0C, 0]), .. Box("ispe", [0, 0, 0, 0, .. Number(Width), .. Number(Height)])]),
                        .. Box("ipma", [0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 2, 0x81, 2]),
                    ]),
                .. more ?? [],
            ]);
    }

    private static byte[] Box(string type, byte[] content) => [.. Number(content.Length + WordLength + WordLength), .. System.Text.Encoding.ASCII.GetBytes(type), .. content];

    private static byte[] Number(int value)
    {
        var bytes = new byte[sizeof(int)];
        BinaryPrimitives.WriteInt32BigEndian(bytes, value);
        return bytes;
    }

    private static byte[] Number(short value)
    {
        var bytes = new byte[sizeof(short)];
        BinaryPrimitives.WriteInt16BigEndian(bytes, value);
        return bytes;
    }
}
