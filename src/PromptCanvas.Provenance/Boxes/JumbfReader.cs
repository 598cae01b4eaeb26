using System.Buffers.Binary;
using System.Text;

namespace PromptCanvas.Provenance.Boxes;

/// <summary>Reads JUMBF boxes of untrusted files.</summary>
internal static class JumbfReader
{
    private const int HeaderLength = 8;
    private const int LongHeaderLength = 16;
    private const int UuidLength = 16;
    private const int LabelFlag = 0b10;

    // A store is four boxes deep; ingredients' stores lie beside each other, not inside.
    private const int DeepestBox = 8;

    /// <summary>The box that starts the bytes. Bytes after it are padding.</summary>
    /// <exception cref="ProvenanceException">The bytes are damaged.</exception>
    public static JumbfBox Read(ReadOnlyMemory<byte> bytes)
    {
        var rest = bytes;
        return Next(ref rest, depth: 0);
    }

    private static JumbfBox Next(ref ReadOnlyMemory<byte> rest, int depth)
    {
        if (depth > DeepestBox)
        {
            throw new ProvenanceException("The manifest's boxes are nested too deep.");
        }

        var (header, length) = Measure(rest.Span);
        var type = Encoding.ASCII.GetString(rest.Span.Slice(sizeof(int), sizeof(int)));
        var payload = rest[header..length];
        rest = rest[length..];
        return type == JumbfBox.SuperBox ? Describe(payload, depth) : new JumbfBox(type, payload);
    }

    private static (int Header, int Length) Measure(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderLength)
        {
            throw new ProvenanceException("The manifest ends within a box.");
        }

        var stated = BinaryPrimitives.ReadUInt32BigEndian(bytes);
        var (header, length) = stated switch
        {
            // To the end.
            0 => (HeaderLength, (ulong)bytes.Length),

            // A 64-bit length follows.
            1 when bytes.Length >= LongHeaderLength => (LongHeaderLength, BinaryPrimitives.ReadUInt64BigEndian(bytes[HeaderLength..])),
            _ => (HeaderLength, (ulong)stated),
        };
        return length >= (ulong)header && length <= (ulong)bytes.Length
            ? (header, (int)length)
            : throw new ProvenanceException("A box of the manifest is longer than the manifest, or shorter than its own header.");
    }

    private static JumbfBox Describe(ReadOnlyMemory<byte> payload, int depth)
    {
        var rest = payload;
        var children = new List<JumbfBox>();
        while (rest.Length > 0)
        {
            children.Add(Next(ref rest, depth + 1));
        }

        if (children is not [{ Type: "jumd", Payload: { Length: > UuidLength } description }, ..])
        {
            throw new ProvenanceException("A box of the manifest has no description.");
        }

        return new JumbfBox(JumbfBox.SuperBox, payload)
        {
            Kind = description.Span[sizeof(int)..UuidLength].SequenceEqual(JumbfKinds.UuidEnd) ? Encoding.ASCII.GetString(description.Span[..sizeof(int)]) : "",
            Label = LabelOf(description.Span[UuidLength..]),

            // Salt and private boxes are not content.
            Children = [.. children.Skip(1).Where(child => child.Type is not ("free" or "priv" or "c2sh"))],
        };
    }

    private static string? LabelOf(ReadOnlySpan<byte> description)
    {
        if ((description[0] & LabelFlag) == 0)
        {
            return null;
        }

        var label = description[1..];
        var end = label.IndexOf((byte)0);
        return end >= 0 ? Encoding.UTF8.GetString(label[..end]) : throw new ProvenanceException("A label of the manifest does not end.");
    }
}
