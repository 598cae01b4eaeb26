using System.Buffers.Binary;

namespace PromptCanvas.Imaging.Pixels;

/// <summary>Recognizes picture files by their first bytes, so that a refusal can name the format.</summary>
public static class ForeignFormats
{
    /// <summary>What a still AVIF picture says that it is.</summary>
    internal const string StillAvif = "avif";

    private const int BrandAt = 8;
    private const int BrandLength = 4;
    private const int ChunkHeader = 8;
    private const int ChunkFrame = 12;
    private const string AnimatedAvif = "animated AVIF";

    private static readonly (string Name, byte[] Start)[] Starts =
    [
        ("GIF", "GIF8"u8.ToArray()), ("TIFF", [0x49, 0x49, 0x2A, 0]), ("TIFF", [0x4D, 0x4D, 0, 0x2A]), ("BMP", "BM"u8.ToArray()), ("PDF", "%PDF"u8.ToArray()),
        ("Photoshop", "8BPS"u8.ToArray()), ("JPEG XL", [0xFF, 0x0A]), ("JPEG XL", [0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]), ("JPEG 2000", [0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]),
        ("SVG", "<svg"u8.ToArray()), ("SVG", "<?xml"u8.ToArray()), ("zip", "PK"u8.ToArray()),
    ];

    private static readonly string[] Heic = ["heic", "heix", "heim", "heis", "hevc", "hevx", "mif1", "msf1"];

    private static ReadOnlySpan<byte> PngStart => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>The file's format and the remedy, in one sentence; null if it is none of the known formats.</summary>
    public static string? Describe(ReadOnlySpan<byte> encoded)
    {
        if (NameOf(encoded) is not { } name)
        {
            return null;
        }

        return $"This is {(name is AnimatedAvif or "SVG" ? "an" : "a")} {name} file. Save it as JPEG or PNG.";
    }

    /// <summary>Whether the file is a WebP or PNG animation, of which only the first frame is read.</summary>
    public static bool IsAnimation(ReadOnlySpan<byte> encoded) => IsAnimatedWebP(encoded) || IsAnimatedPng(encoded);

    /// <summary>What an ISO media file (AVIF, HEIC, videos) says that it is; null for other files.</summary>
    internal static string? BrandOf(ReadOnlySpan<byte> encoded) => encoded.Length >= BrandAt + BrandLength && encoded[4..8].SequenceEqual("ftyp"u8)
        ? System.Text.Encoding.ASCII.GetString(encoded.Slice(BrandAt, BrandLength))
        : null;

    private static string? NameOf(ReadOnlySpan<byte> encoded)
    {
        if (BrandOf(encoded) is { } brand)
        {
            return brand switch
            {
                StillAvif => null,
                "avis" => AnimatedAvif,
                _ => Array.Exists(Heic, known => known == brand) ? "HEIC" : "video",
            };
        }

        foreach (var (name, start) in Starts)
        {
            if (encoded.StartsWith(start))
            {
                return name;
            }
        }

        return null;
    }

    private static bool IsAnimatedWebP(ReadOnlySpan<byte> encoded)
    {
        const int FlagsAt = 20;
        const byte Animation = 0x02;
        return encoded.Length > FlagsAt && encoded.StartsWith("RIFF"u8) && encoded[8..16].SequenceEqual("WEBPVP8X"u8) && (encoded[FlagsAt] & Animation) != 0;
    }

    // The chunk acTL precedes the pixels.
    private static bool IsAnimatedPng(ReadOnlySpan<byte> encoded)
    {
        if (!encoded.StartsWith(PngStart))
        {
            return false;
        }

        for (var at = (long)PngStart.Length; at + ChunkHeader <= encoded.Length;)
        {
            var chunk = encoded[(int)at..];
            var type = chunk[4..8];
            if (type.SequenceEqual("acTL"u8))
            {
                return true;
            }

            if (type.SequenceEqual("IDAT"u8))
            {
                return false;
            }

            at += ChunkFrame + BinaryPrimitives.ReadUInt32BigEndian(chunk);
        }

        return false;
    }
}
