using System.Buffers.Binary;
using System.IO.Hashing;
using System.Text;

namespace PromptCanvas.Imaging.Png;

/// <summary>Reads and writes iTXt chunks. libvips writes zTXt instead, which is Latin-1, so other readers would garble prompts.</summary>
/// <remarks>Source: PNG (third edition), sections 5.3 and 11.3.3.4.</remarks>
public static class PngText
{
    private const int LengthSize = 4;
    private const int TypeSize = 4;
    private const int CrcSize = 4;

    // Signature (8), then IHDR: length, type, 13 bytes, CRC.
    private const int AfterHeader = 8 + LengthSize + TypeSize + 13 + CrcSize;

    // After the keyword: its terminator, compression flag, method, empty language tag, empty translated keyword.
    private const int FixedFields = 5;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    private static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    private static ReadOnlySpan<byte> ChunkType => "iTXt"u8;

    /// <summary>The same PNG with one iTXt chunk per entry, directly after the header.</summary>
    /// <exception cref="ArgumentException">Not a PNG, or a keyword that is not 1–79 printable ASCII characters.</exception>
    public static byte[] Insert(ReadOnlySpan<byte> png, IEnumerable<KeyValuePair<string, string>> entries)
    {
        ArgumentNullException.ThrowIfNull(entries);
        if (!IsPng(png))
        {
            throw new ArgumentException("The bytes are not a PNG.", nameof(png));
        }

        // One copy of the picture's megabytes, into uninitialized memory.
        var chunks = entries.Select(entry => Chunk(entry.Key, entry.Value)).ToList();
        var result = GC.AllocateUninitializedArray<byte>(png.Length + chunks.Sum(chunk => chunk.Length));
        png[..AfterHeader].CopyTo(result);
        var at = AfterHeader;
        foreach (var chunk in chunks)
        {
            chunk.CopyTo(result, at);
            at += chunk.Length;
        }

        png[AfterHeader..].CopyTo(result.AsSpan(at));
        return result;
    }

    /// <summary>The uncompressed iTXt chunks by keyword; for duplicates, the first. Empty if the bytes are not a PNG; reading stops at a truncated chunk.</summary>
    public static IReadOnlyDictionary<string, string> Read(ReadOnlySpan<byte> png)
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        if (!IsPng(png))
        {
            return texts;
        }

        var rest = png[Signature.Length..];
        while (TryTake(ref rest, out var type, out var body) && !type.SequenceEqual("IEND"u8))
        {
            if (type.SequenceEqual(ChunkType) && Parse(body) is var (keyword, text))
            {
                texts.TryAdd(keyword, text);
            }
        }

        return texts;
    }

    /// <summary>The same PNG without metadata: no text, Exif, time or signed manifest.</summary>
    /// <remarks>Bytes that are not a PNG are returned unchanged.</remarks>
    public static byte[] Strip(ReadOnlySpan<byte> png)
    {
        if (!IsPng(png))
        {
            return png.ToArray();
        }

        var result = new MemoryStream(png.Length);
        result.Write(Signature);
        var rest = png[Signature.Length..];
        for (var before = rest; TryTake(ref rest, out var type, out _); before = rest)
        {
            if (!IsMetadata(type))
            {
                result.Write(before[..^rest.Length]);
            }
        }

        return result.ToArray();
    }

    private static bool IsMetadata(ReadOnlySpan<byte> type) => type.SequenceEqual(ChunkType) || type.SequenceEqual("tEXt"u8) || type.SequenceEqual("zTXt"u8)
        || type.SequenceEqual("eXIf"u8) || type.SequenceEqual("tIME"u8) || type.SequenceEqual("caBX"u8);

    private static bool IsPng(ReadOnlySpan<byte> bytes) => bytes.Length > AfterHeader && bytes.StartsWith(Signature);

    private static byte[] Chunk(string keyword, string text)
    {
        if (keyword.Length is < 1 or > 79 || keyword.Any(character => character is < ' ' or > '~'))
        {
            throw new ArgumentException("A PNG keyword is 1–79 printable ASCII characters.", nameof(keyword));
        }

        var bodyLength = keyword.Length + FixedFields + Utf8.GetByteCount(text);
        var chunk = new byte[LengthSize + TypeSize + bodyLength + CrcSize];
        BinaryPrimitives.WriteInt32BigEndian(chunk, bodyLength);
        ChunkType.CopyTo(chunk.AsSpan(LengthSize));
        Encoding.ASCII.GetBytes(keyword, chunk.AsSpan(LengthSize + TypeSize));
        Utf8.GetBytes(text, chunk.AsSpan(LengthSize + TypeSize + keyword.Length + FixedFields));
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(^CrcSize), Crc32.HashToUInt32(chunk.AsSpan(LengthSize, TypeSize + bodyLength)));
        return chunk;
    }

    private static bool TryTake(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> type, out ReadOnlySpan<byte> body)
    {
        type = body = default;
        if (rest.Length < LengthSize + TypeSize + CrcSize)
        {
            return false;
        }

        var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
        if (length > rest.Length - LengthSize - TypeSize - CrcSize)
        {
            return false;
        }

        type = rest.Slice(LengthSize, TypeSize);
        body = rest.Slice(LengthSize + TypeSize, (int)length);
        rest = rest[(LengthSize + TypeSize + (int)length + CrcSize)..];
        return true;
    }

    private static (string Keyword, string Text)? Parse(ReadOnlySpan<byte> body)
    {
        var keywordEnd = body.IndexOf((byte)0);
        if (keywordEnd < 1 || body.Length < keywordEnd + FixedFields || body[keywordEnd + 1] != 0)
        {
            return null;
        }

        var afterFlags = body[(keywordEnd + 3)..];
        var languageEnd = afterFlags.IndexOf((byte)0);
        if (languageEnd < 0)
        {
            return null;
        }

        var afterLanguage = afterFlags[(languageEnd + 1)..];
        var translatedEnd = afterLanguage.IndexOf((byte)0);
        return translatedEnd < 0
            ? null
            : (Encoding.Latin1.GetString(body[..keywordEnd]), Utf8.GetString(afterLanguage[(translatedEnd + 1)..]));
    }
}
