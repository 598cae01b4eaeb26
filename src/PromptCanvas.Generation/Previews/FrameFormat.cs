using System.Text;

namespace PromptCanvas.Generation.Previews;

/// <summary>A frame of one run of a job. A new run starts with less progress.</summary>
internal readonly record struct RunFrame(long Run, PreviewFrame Frame);

/// <summary>The binary format of the messages between nodes about a job's previews: the kind of message, then its fields.</summary>
internal static class FrameFormat
{
    // Fields other than the encoded picture: numbers, the stage and the content type.
    private const int FieldsLength = 96;

    public enum Kind : byte
    {
        Frame = 1,
        Withdrawn = 2,
        Ended = 3,
    }

    public static ReadOnlyMemory<byte> Ended { get; } = new[] { (byte)Kind.Ended };

    /// <returns>Null if the message is not of a kind that this version knows.</returns>
    public static Kind? KindOf(ReadOnlySpan<byte> message) =>
        message.Length > 0 && Enum.IsDefined((Kind)message[0]) ? (Kind)message[0] : null;

    public static ReadOnlyMemory<byte> Withdrawn(int imageIndex) => Write(sizeof(int) + 1, writer =>
    {
        writer.Write((byte)Kind.Withdrawn);
        writer.Write(imageIndex);
    });

    public static int ReadWithdrawn(ReadOnlyMemory<byte> message)
    {
        using var reader = Reader(message);
        return reader.ReadInt32();
    }

    public static ReadOnlyMemory<byte> Write(RunFrame frame) => Write(frame.Frame.Bytes.Length + FieldsLength, writer =>
    {
        var (run, preview) = frame;
        writer.Write((byte)Kind.Frame);
        writer.Write(run);
        writer.Write(preview.ImageIndex);
        writer.Write(preview.Stage);
        writer.Write(preview.Step);
        writer.Write(preview.Steps);
        writer.Write(preview.Progress);
        writer.Write(preview.Width);
        writer.Write(preview.Height);
        writer.Write(preview.ContentType);
        writer.Write(preview.Bytes.Length);
        writer.Write(preview.Bytes.Span);
    });

    /// <exception cref="EndOfStreamException">The message is truncated.</exception>
    public static RunFrame ReadFrame(Guid jobId, ReadOnlyMemory<byte> message)
    {
        using var reader = Reader(message);
        return new RunFrame(
            reader.ReadInt64(),
            new PreviewFrame(
                jobId, reader.ReadInt32(), reader.ReadString(), reader.ReadInt32(), reader.ReadInt32(), reader.ReadDouble(),
                reader.ReadInt32(), reader.ReadInt32(), reader.ReadString(), reader.ReadBytes(reader.ReadInt32())));
    }

    // Skip the kind.
    private static BinaryReader Reader(ReadOnlyMemory<byte> message) => new(new MemoryStream(message[1..].ToArray(), writable: false), Encoding.UTF8);

    private static ReadOnlyMemory<byte> Write(int capacity, Action<BinaryWriter> fields)
    {
        using var stream = new MemoryStream(capacity);
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            fields(writer);
        }

        return stream.GetBuffer().AsMemory(0, (int)stream.Length);
    }
}
