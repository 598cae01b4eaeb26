using System.Buffers.Binary;
using System.Text;

namespace PromptCanvas.Provenance.Boxes;

/// <summary>Writes JUMBF boxes.</summary>
internal static class JumbfWriter
{
    private const int HeaderLength = 8;

    // The box has a label and may be requested by it.
    private const byte Requestable = 0b11;

    /// <summary>The payload of a superbox: its description, then its boxes.</summary>
    public static byte[] SuperBox(string kind, string label, params ReadOnlySpan<byte[]> boxes)
    {
        var description = new MemoryStream();
        description.Write(Encoding.ASCII.GetBytes(kind));
        description.Write(JumbfKinds.UuidEnd);
        description.WriteByte(Requestable);
        description.Write(Encoding.UTF8.GetBytes(label));
        description.WriteByte(0);
        var payload = new MemoryStream();
        payload.Write(Box("jumd", description.ToArray()));
        foreach (var box in boxes)
        {
            payload.Write(box);
        }

        return payload.ToArray();
    }

    public static byte[] Box(string type, ReadOnlySpan<byte> payload)
    {
        var box = new byte[HeaderLength + payload.Length];
        BinaryPrimitives.WriteInt32BigEndian(box, box.Length);
        Encoding.ASCII.GetBytes(type, box.AsSpan(sizeof(int)));
        payload.CopyTo(box.AsSpan(HeaderLength));
        return box;
    }
}
