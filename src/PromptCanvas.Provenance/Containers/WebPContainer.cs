using System.Buffers.Binary;

namespace PromptCanvas.Provenance.Containers;

/// <summary>WebP: one <c>C2PA</c> chunk at the end.</summary>
/// <remarks>Source: C2PA specification 2.1, appendix A.3.6; RFC 9649.</remarks>
internal sealed class WebPContainer : PictureContainer
{
    private const int TypeSize = 4;
    private const int LengthSize = 4;
    private const int ChunkHeaderSize = TypeSize + LengthSize;

    // "RIFF", length, "WEBP".
    private const int FileHeaderSize = 12;

    public override string ContentType => "image/webp";

    private static ReadOnlySpan<byte> ChunkType => "C2PA"u8;

    public override ManifestPlace? Find(ReadOnlySpan<byte> file)
    {
        ManifestPlace? found = null;

        // Bytes after the stated end belong to no chunk.
        var stated = BinaryPrimitives.ReadUInt32LittleEndian(file[TypeSize..]);
        var end = (int)Math.Min(file.Length, stated + (long)ChunkHeaderSize);
        for (var at = FileHeaderSize; at < end;)
        {
            if (file.Length - at < ChunkHeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(file[(at + TypeSize)..]) is var length && length > file.Length - at - ChunkHeaderSize)
            {
                throw new ProvenanceException("The WebP ends within a chunk.");
            }

            // Chunks are padded to an even length.
            var next = Math.Min(file.Length, at + ChunkHeaderSize + (int)length + ((int)length & 1));
            if (file.Slice(at, TypeSize).SequenceEqual(ChunkType))
            {
                found = found is null
                    ? new ManifestPlace(at, next - at, file.Slice(at + ChunkHeaderSize, (int)length).ToArray())
                    : throw new ProvenanceException("The WebP has several manifests.");
            }

            at = next;
        }

        return found;
    }

    public override byte[] Insert(ReadOnlySpan<byte> file, ReadOnlySpan<byte> manifest)
    {
        var chunk = new byte[ChunkHeaderSize + manifest.Length + (manifest.Length & 1)];
        ChunkType.CopyTo(chunk);
        BinaryPrimitives.WriteInt32LittleEndian(chunk.AsSpan(TypeSize), manifest.Length);
        manifest.CopyTo(chunk.AsSpan(ChunkHeaderSize));
        return WithLength(Join(file, chunk, []));
    }

    protected override byte[] Cut(ReadOnlySpan<byte> file, ManifestPlace place) => WithLength(base.Cut(file, place));

    protected override bool Reads(ReadOnlySpan<byte> file) =>
        file.Length >= FileHeaderSize + ChunkHeaderSize && file.StartsWith("RIFF"u8) && file.Slice(8, TypeSize).SequenceEqual("WEBP"u8);

    private static byte[] WithLength(byte[] file)
    {
        BinaryPrimitives.WriteInt32LittleEndian(file.AsSpan(TypeSize), file.Length - ChunkHeaderSize);
        return file;
    }
}
