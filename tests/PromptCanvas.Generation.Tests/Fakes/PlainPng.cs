using System.Buffers.Binary;
using System.IO.Compression;

namespace PromptCanvas.Generation.Tests.Fakes;

/// <summary>Reads 8-bit PNGs without interlacing by the letter of the standard, independently of the library that writes them.</summary>
internal sealed record PlainPng(int Width, int Height, int Channels, byte[] Samples)
{
    private const int SignatureLength = 8;
    private const int FrameLength = 12;

    /// <remarks>Source: W3C, Portable Network Graphics (third edition), sections 5 and 9.</remarks>
    public static PlainPng Read(ReadOnlySpan<byte> file)
    {
        var (header, data) = (Array.Empty<byte>(), new MemoryStream());
        for (var rest = file[SignatureLength..]; rest.Length > 0;)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            var content = rest.Slice(8, length);
            if (rest.Slice(4, 4).SequenceEqual("IHDR"u8))
            {
                header = content.ToArray();
            }
            else if (rest.Slice(4, 4).SequenceEqual("IDAT"u8))
            {
                data.Write(content);
            }

            rest = rest[(FrameLength + length)..];
        }

        Assert.Equal((8, 0), (header[8], header[12]));
        var (width, height) = (BinaryPrimitives.ReadInt32BigEndian(header), BinaryPrimitives.ReadInt32BigEndian(header.AsSpan(4)));
        var channels = header[9] switch { 0 => 1, 2 => 3, 6 => 4, var type => throw new InvalidDataException($"Colour type {type}.") };
        return new PlainPng(width, height, channels, Unfiltered(data, width * channels, height, channels));
    }

    private static byte[] Unfiltered(MemoryStream data, int row, int height, int channels)
    {
        data.Position = 0;
        using var inflated = new ZLibStream(data, CompressionMode.Decompress);
        var samples = new byte[row * height];
        for (var y = 0; y < height; y++)
        {
            var filter = inflated.ReadByte();
            inflated.ReadExactly(samples, y * row, row);
            for (var x = 0; x < row; x++)
            {
                var at = (y * row) + x;
                var left = x < channels ? 0 : samples[at - channels];
                var up = y == 0 ? 0 : samples[at - row];
                var corner = x < channels || y == 0 ? 0 : samples[at - row - channels];
                samples[at] += (byte)(filter switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, 4 => Paeth(left, up, corner), _ => throw new InvalidDataException($"Filter {filter}.") });
            }
        }

        return samples;
    }

    private static int Paeth(int left, int up, int corner)
    {
        var (toLeft, toUp, toCorner) = (Math.Abs(up - corner), Math.Abs(left - corner), Math.Abs(left + up - (2 * corner)));
        return toLeft <= toUp && toLeft <= toCorner ? left : toUp <= toCorner ? up : corner;
    }
}
