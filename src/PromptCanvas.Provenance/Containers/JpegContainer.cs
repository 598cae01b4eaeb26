using System.Buffers.Binary;

namespace PromptCanvas.Provenance.Containers;

/// <summary>JPEG: adjacent APP11 segments, each with a part of one JUMBF box.</summary>
/// <remarks>Source: C2PA specification 2.1, appendix A.3.1; ISO/IEC 19566-5, annex D.</remarks>
internal sealed class JpegContainer : PictureContainer
{
    private const int MarkerSize = 2;
    private const int LengthSize = 2;
    private const byte Start = 0xFF;
    private const byte App11 = 0xEB;
    private const byte StartOfScan = 0xDA;
    private const byte EndOfImage = 0xD9;

    // Identifier "JP", box instance number, packet sequence number.
    private const int PrefixSize = 2 + 2 + 4;
    private const int BoxHeaderSize = 8;
    private const int MostPerSegment = ushort.MaxValue - LengthSize - PrefixSize - BoxHeaderSize;
    private const ushort BoxInstance = 1;

    public override string ContentType => "image/jpeg";

    private static ReadOnlySpan<byte> Identifier => "JP"u8;

    public override ManifestPlace? Find(ReadOnlySpan<byte> file)
    {
        var parts = new SegmentParts();
        for (var at = MarkerSize; at < file.Length;)
        {
            if (file.Length - at < MarkerSize + LengthSize || file[at] != Start)
            {
                throw new ProvenanceException("The JPEG ends within its header, or its header is damaged.");
            }

            var marker = file[at + 1];
            if (marker is StartOfScan or EndOfImage)
            {
                break;
            }

            // Fill bytes before a marker.
            if (marker == Start)
            {
                at++;
                continue;
            }

            var length = BinaryPrimitives.ReadUInt16BigEndian(file[(at + MarkerSize)..]);
            if (length < LengthSize || length > file.Length - at - MarkerSize)
            {
                throw new ProvenanceException("The JPEG ends within a segment.");
            }

            if (marker == App11)
            {
                parts.Add(at, MarkerSize + length, file.Slice(at + MarkerSize + LengthSize, length - LengthSize));
            }

            at += MarkerSize + length;
        }

        return parts.Joined();
    }

    public override byte[] Insert(ReadOnlySpan<byte> file, ReadOnlySpan<byte> manifest)
    {
        var segments = new MemoryStream();
        Span<byte> head = stackalloc byte[MarkerSize + LengthSize + PrefixSize];
        var rest = manifest[BoxHeaderSize..];
        for (var sequence = 1; sequence == 1 || rest.Length > 0; sequence++)
        {
            var part = rest[..Math.Min(MostPerSegment, rest.Length)];
            rest = rest[part.Length..];
            head[0] = Start;
            head[1] = App11;
            BinaryPrimitives.WriteUInt16BigEndian(head[2..], (ushort)(LengthSize + PrefixSize + BoxHeaderSize + part.Length));
            Identifier.CopyTo(head[4..]);
            BinaryPrimitives.WriteUInt16BigEndian(head[6..], BoxInstance);
            BinaryPrimitives.WriteInt32BigEndian(head[8..], sequence);
            segments.Write(head);

            // Every segment repeats the header of the box.
            segments.Write(manifest[..BoxHeaderSize]);
            segments.Write(part);
        }

        var at = InsertAt(file);
        return Join(file[..at], segments.ToArray(), file[at..]);
    }

    protected override bool Reads(ReadOnlySpan<byte> file) => file is [Start, 0xD8, Start, ..];

    // After the JFIF header, which must come first.
    private static int InsertAt(ReadOnlySpan<byte> file) =>
        file.Length > MarkerSize + MarkerSize + LengthSize && file[3] == 0xE0
            ? Math.Min(file.Length, MarkerSize + MarkerSize + BinaryPrimitives.ReadUInt16BigEndian(file[(MarkerSize + MarkerSize)..]))
            : MarkerSize;

    private ref struct SegmentParts
    {
        private MemoryStream? box;
        private int start;
        private int end;
        private int sequence;
        private ushort instance;

        /// <summary>Takes a segment that belongs to a manifest; leaves others alone.</summary>
        public void Add(int at, int length, ReadOnlySpan<byte> body)
        {
            if (body.Length < PrefixSize + BoxHeaderSize || !body.StartsWith(Identifier))
            {
                return;
            }

            var number = BinaryPrimitives.ReadUInt16BigEndian(body[2..]);
            var packet = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
            var boxHeader = body.Slice(PrefixSize, BoxHeaderSize);
            if (box is null)
            {
                if (packet == 1 && boxHeader[4..].SequenceEqual("jumb"u8) && IsStore(body[(PrefixSize + BoxHeaderSize)..]))
                {
                    (box, start, end, sequence, instance) = (new MemoryStream(), at, at + length, 1, number);
                    box.Write(body[PrefixSize..]);
                }

                return;
            }

            if (packet == 1 && IsStore(body[(PrefixSize + BoxHeaderSize)..]))
            {
                throw new ProvenanceException("The JPEG has several manifests.");
            }

            if (number != instance)
            {
                return;
            }

            if (at != end || packet != ++sequence)
            {
                throw new ProvenanceException("The JPEG's manifest has gaps.");
            }

            box.Write(body[(PrefixSize + BoxHeaderSize)..]);
            end = at + length;
        }

        public readonly ManifestPlace? Joined() => box is null ? null : new ManifestPlace(start, end - start, box.ToArray());

        // The description box of a manifest store: length, "jumd", UUID.
        private static bool IsStore(ReadOnlySpan<byte> description) => description.Length > 12 && description.Slice(4, 8).SequenceEqual("jumdc2pa"u8);
    }
}
