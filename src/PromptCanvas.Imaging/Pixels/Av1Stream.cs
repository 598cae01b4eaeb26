namespace PromptCanvas.Imaging.Pixels;

/// <summary>Counts the work that an AV1 stream is for its decoder, without decoding it.</summary>
/// <remarks>Source: AV1 Bitstream &amp; Decoding Process Specification, sections 5.3 (OBUs) and 5.5 (sequence header).</remarks>
internal sealed class Av1Stream
{
    private const int SequenceHeader = 1;
    private const int FrameHeader = 3;
    private const int Frame = 6;
    private const int TileList = 8;

    private const byte Forbidden = 0x80;
    private const byte HasExtension = 4;
    private const byte HasSize = 2;

    // The size of an OBU has at most this many groups of seven bits here: more than two gigabytes fit into no upload.
    private const int MostSizeBytes = 4;

    // Operating points from this level on have a tier.
    private const int HighestLevelWithoutTier = 7;

    /// <summary>The pixels of the largest frame that any stream announces.</summary>
    public long LargestFrame { get; private set; }

    /// <summary>The frames of all streams.</summary>
    public int Frames { get; private set; }

    /// <exception cref="PictureFormatException">The stream is damaged, or announces frames that are too large.</exception>
    public void Read(ReadOnlySpan<byte> stream)
    {
        var reader = new BoxReader(stream);
        while (!reader.IsAtEnd)
        {
            var header = (byte)reader.Number(1);
            if ((header & Forbidden) != 0 || (header & HasSize) == 0)
            {
                throw AvifFault.Damaged();
            }

            reader.Take((header & HasExtension) != 0 ? 1 : 0);
            Read((header >> 3) & 0xF, reader.Take(SizeIn(ref reader)));
        }
    }

    private void Read(int type, ReadOnlySpan<byte> content)
    {
        switch (type)
        {
            case SequenceHeader:
                LargestFrame = Math.Max(LargestFrame, PixelsOf(new BitReader(content)));
                break;
            case FrameHeader or Frame:
                Frames++;
                break;
            case TileList:
                throw AvifFault.Damaged();
        }
    }

    private static long SizeIn(ref BoxReader reader)
    {
        long size = 0;
        for (var at = 0; at < MostSizeBytes; at++)
        {
            var group = reader.Number(1);
            size |= (group & 0x7F) << (7 * at);
            if (group < 0x80)
            {
                return size;
            }
        }

        throw AvifFault.Damaged();
    }

    private static long PixelsOf(BitReader bits)
    {
        bits.Take(3);
        bits.Take(1);
        if (bits.Take(1) == 1)
        {
            bits.Take(5);
        }
        else
        {
            SkipOperatingPoints(ref bits);
        }

        var (widthBits, heightBits) = (bits.Take(4) + 1, bits.Take(4) + 1);
        var (width, height) = (bits.Take(widthBits) + 1, bits.Take(heightBits) + 1);
        PictureLimits.Check(width, height);
        return (long)width * height;
    }

    private static void SkipOperatingPoints(ref BitReader bits)
    {
        // Timing is of videos.
        if (bits.Take(1) == 1)
        {
            throw AvifFault.Damaged();
        }

        var hasDelays = bits.Take(1) == 1;
        for (var points = bits.Take(5) + 1; points > 0; points--)
        {
            bits.Take(12);
            bits.Take(bits.Take(5) > HighestLevelWithoutTier ? 1 : 0);
            if (hasDelays)
            {
                bits.Take(bits.Take(1) == 1 ? 4 : 0);
            }
        }
    }

    /// <summary>Reads numbers of some bits, the highest first.</summary>
    private ref struct BitReader(ReadOnlySpan<byte> bytes)
    {
        private readonly ReadOnlySpan<byte> bytes = bytes;
        private int at;

        public int Take(int count)
        {
            var value = 0;
            for (var end = at + count; at < end; at++)
            {
                if (at / 8 >= bytes.Length)
                {
                    throw AvifFault.Damaged();
                }

                value = (value << 1) | ((bytes[at / 8] >> (7 - (at % 8))) & 1);
            }

            return value;
        }
    }
}
