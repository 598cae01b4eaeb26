using System.Buffers.Binary;
using System.Text;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Reads the boxes and numbers of ISO media files, big-endian. Refuses what does not fit.</summary>
internal ref struct BoxReader(ReadOnlySpan<byte> bytes)
{
    private const int WordLength = 4;

    private ReadOnlySpan<byte> rest = bytes;

    public readonly bool IsAtEnd => rest.IsEmpty;

    /// <exception cref="PictureFormatException">There are fewer bytes.</exception>
    public ReadOnlySpan<byte> Take(long count)
    {
        if (count < 0 || count > rest.Length)
        {
            throw AvifFault.Damaged();
        }

        var taken = rest[..(int)count];
        rest = rest[(int)count..];
        return taken;
    }

    /// <param name="size">0, 1, 2, 4 or 8 bytes; 0 = the number is left out and 0.</param>
    public long Number(int size)
    {
        var taken = Take(size);
        return size switch
        {
            0 => 0,
            1 => taken[0],
            sizeof(ushort) => BinaryPrimitives.ReadUInt16BigEndian(taken),
            sizeof(uint) => BinaryPrimitives.ReadUInt32BigEndian(taken),
            sizeof(long) when BinaryPrimitives.ReadInt64BigEndian(taken) is >= 0 and var number => number,
            _ => throw AvifFault.Damaged(),
        };
    }

    public string Type() => Encoding.Latin1.GetString(Take(WordLength));

    /// <summary>The next box. Sizes of 64 bits and up to the end of the file are refused: pictures need neither.</summary>
    public ReadOnlySpan<byte> Box(out string type)
    {
        var size = Number(WordLength);
        type = Type();
        return Take(size - WordLength - WordLength);
    }
}
