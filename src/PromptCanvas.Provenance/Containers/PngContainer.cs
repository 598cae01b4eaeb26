using System.Buffers.Binary;
using System.IO.Hashing;

namespace PromptCanvas.Provenance.Containers;

/// <summary>PNG: one <c>caBX</c> chunk before the pixels.</summary>
/// <remarks>Source: C2PA specification 2.1, appendix A.3.2.</remarks>
internal sealed class PngContainer : PictureContainer
{
    private const int LengthSize = 4;
    private const int TypeSize = 4;
    private const int CrcSize = 4;
    private const int FrameSize = LengthSize + TypeSize + CrcSize;

    // Signature, then IHDR of 13 bytes.
    private const int AfterHeader = 8 + FrameSize + 13;

    public override string ContentType => "image/png";

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> ChunkType => "caBX"u8;

    public override ManifestPlace? Find(ReadOnlySpan<byte> file)
    {
        ManifestPlace? found = null;
        for (var at = Signature.Length; at < file.Length;)
        {
            if (file.Length - at < FrameSize || BinaryPrimitives.ReadUInt32BigEndian(file[at..]) is var length && length > file.Length - at - FrameSize)
            {
                throw new ProvenanceException("The PNG ends within a chunk.");
            }

            var type = file.Slice(at + LengthSize, TypeSize);
            var next = at + FrameSize + (int)length;
            if (type.SequenceEqual(ChunkType))
            {
                found = found is null
                    ? new ManifestPlace(at, next - at, file.Slice(at + LengthSize + TypeSize, (int)length).ToArray())
                    : throw new ProvenanceException("The PNG has several manifests.");
            }

            if (type.SequenceEqual("IEND"u8))
            {
                break;
            }

            at = next;
        }

        return found;
    }

    public override byte[] Insert(ReadOnlySpan<byte> file, ReadOnlySpan<byte> manifest)
    {
        var chunk = new byte[FrameSize + manifest.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, manifest.Length);
        ChunkType.CopyTo(chunk.AsSpan(LengthSize));
        manifest.CopyTo(chunk.AsSpan(LengthSize + TypeSize));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(^CrcSize), Crc32.HashToUInt32(chunk.AsSpan(LengthSize, TypeSize + manifest.Length)));
        return Join(file[..AfterHeader], chunk, file[AfterHeader..]);
    }

    protected override bool Reads(ReadOnlySpan<byte> file) => file.Length > AfterHeader && file.StartsWith(Signature);
}
