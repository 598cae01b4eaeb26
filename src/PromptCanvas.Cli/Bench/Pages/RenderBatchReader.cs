using System.Buffers.Binary;
using System.Text;

namespace PromptCanvas.Cli.Bench.Pages;

/// <summary>Finds an element's event handler in a render batch of Blazor Server, in the binary form that browsers get.</summary>
internal readonly ref struct RenderBatchReader
{
    // The batch ends with the positions of its five parts.
    private const int Footer = 5 * sizeof(int);
    private const int FramesPart = 1;
    private const int StringsPart = 4;

    private const int FrameBytes = 20;
    private const int ElementFrame = 1;
    private const int AttributeFrame = 3;
    private const int NameOffset = 4;
    private const int ValueOffset = 8;
    private const int HandlerOffset = 12;

    private readonly ReadOnlySpan<byte> batch;
    private readonly int strings;

    public RenderBatchReader(ReadOnlySpan<byte> batch)
    {
        this.batch = batch;
        strings = IntAt(batch.Length - Footer + (StringsPart * sizeof(int)));
    }

    /// <summary>The handler of a click on the element with this attribute; 0 if the batch has none.</summary>
    public ulong FindClick(string attribute, string value)
    {
        var frames = IntAt(batch.Length - Footer + (FramesPart * sizeof(int)));
        var count = IntAt(frames);
        var (handler, isIt) = (0UL, false);
        for (var number = 0; number < count; number++)
        {
            var frame = frames + sizeof(int) + (number * FrameBytes);
            if (IntAt(frame) == ElementFrame)
            {
                (handler, isIt) = (0, false);
            }
            else if (IntAt(frame) == AttributeFrame)
            {
                var name = StringAt(IntAt(frame + NameOffset));
                isIt |= name == attribute && StringAt(IntAt(frame + ValueOffset)) == value;
                handler = name == "onclick" ? BinaryPrimitives.ReadUInt64LittleEndian(batch[(frame + HandlerOffset)..]) : handler;
            }

            if (isIt && handler > 0)
            {
                return handler;
            }
        }

        return 0;
    }

    private int IntAt(int position) => BinaryPrimitives.ReadInt32LittleEndian(batch[position..]);

    /// <summary>A string of the table: its length in seven-bit groups, then UTF-8.</summary>
    private string? StringAt(int index)
    {
        if (index < 0)
        {
            return null;
        }

        var position = IntAt(strings + (index * sizeof(int)));
        var (length, shift) = (0, 0);
        byte part;
        do
        {
            part = batch[position++];
            length |= (part & 0x7F) << shift;
            shift += 7;
        }
        while (part >= 0x80);
        return Encoding.UTF8.GetString(batch.Slice(position, length));
    }
}
