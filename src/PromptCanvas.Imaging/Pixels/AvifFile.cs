namespace PromptCanvas.Imaging.Pixels;

/// <summary>Checks AVIF files before they are decoded. Their decoder believes the sizes in the streams inside, of which the file's header says nothing, and
/// decodes all frames that it finds: a small file could take hours. So only plain still pictures pass, and only with as much work as the header says.</summary>
/// <remarks>Source: ISO/IEC 23008-12 (HEIF) and the AV1 Image File Format.</remarks>
internal static class AvifFile
{
    private const string Coded = "av01";
    private const int FullBoxHeader = 4;
    private const int ConfigurationHeader = 4;

    // The largest picture, its transparency, and a small form of it.
    private const long MostPixels = 3 * PictureLimits.MaximumPixels;

    private static readonly HashSet<string> OfFile = ["ftyp", "meta", "mdat", "free", "skip"];
    private static readonly HashSet<string> OfMeta = ["hdlr", "pitm", "iloc", "iinf", "iprp", "iref", "idat", "dinf", "free"];
    private static readonly HashSet<string> OfItems = [Coded, "Exif", "mime"];

    /// <summary>Whether the file says that it is a still AVIF picture.</summary>
    public static bool Is(ReadOnlySpan<byte> encoded) => ForeignFormats.BrandOf(encoded) == ForeignFormats.StillAvif;

    /// <exception cref="PictureFormatException">Damaged, too large, an animation, or composed of several pictures.</exception>
    public static void Check(ReadOnlySpan<byte> encoded)
    {
        var boxes = Boxes(encoded, OfFile, repeated: "mdat");
        if (!boxes.TryGetValue("meta", out var metaRange))
        {
            throw AvifFault.Damaged();
        }

        var meta = encoded[metaRange][FullBoxHeader..];
        var parts = Boxes(meta, OfMeta, repeated: "free");
        var items = CodedItems(Part(meta, parts, "iinf"));
        var stream = new Av1Stream();
        foreach (var configuration in Configurations(Part(meta, parts, "iprp")))
        {
            stream.Read(configuration.AsSpan(ConfigurationHeader));
        }

        var data = parts.TryGetValue("idat", out var inside) ? meta[inside] : [];
        foreach (var content in Contents(Part(meta, parts, "iloc"), items, encoded, data))
        {
            stream.Read(content);
        }

        if (stream.LargestFrame * stream.Frames > MostPixels)
        {
            throw AvifFault.Damaged();
        }
    }

    private static ReadOnlySpan<byte> Part(ReadOnlySpan<byte> meta, Dictionary<string, Range> parts, string type) =>
        parts.TryGetValue(type, out var range) ? meta[range] : throw AvifFault.Damaged();

    /// <summary>Where the content of each box lies. A box that occurs twice is refused: the decoder might read the other one.</summary>
    private static Dictionary<string, Range> Boxes(ReadOnlySpan<byte> bytes, HashSet<string> known, string repeated)
    {
        var found = new Dictionary<string, Range>();
        var reader = new BoxReader(bytes);
        for (var at = 0; !reader.IsAtEnd;)
        {
            var content = reader.Box(out var type);
            at += content.Length + (2 * sizeof(uint));
            if (!known.Contains(type) || (!found.TryAdd(type, (at - content.Length)..at) && type != repeated))
            {
                throw AvifFault.Damaged();
            }
        }

        return found;
    }

    /// <summary>The ids of the pictures; metadata is left out.</summary>
    private static HashSet<long> CodedItems(ReadOnlySpan<byte> list)
    {
        var reader = new BoxReader(list);
        var count = reader.Number(FullBoxHeader) >> 24 == 0 ? reader.Number(sizeof(ushort)) : reader.Number(sizeof(uint));
        var coded = new HashSet<long>();
        for (; count > 0; count--)
        {
            var entry = new BoxReader(reader.Box(out _));
            var version = entry.Number(FullBoxHeader) >> 24;
            var id = entry.Number(version == 2 ? sizeof(ushort) : sizeof(uint));
            entry.Take(sizeof(ushort));
            var type = entry.Type();
            if (version is not (2 or 3) || !OfItems.Contains(type) || (type == Coded && !coded.Add(id)))
            {
                throw AvifFault.Damaged();
            }
        }

        return coded;
    }

    private static List<byte[]> Configurations(ReadOnlySpan<byte> properties)
    {
        var found = new List<byte[]>();
        var groups = new BoxReader(properties);
        while (!groups.IsAtEnd)
        {
            var group = new BoxReader(groups.Box(out var groupType));
            while (groupType == "ipco" && !group.IsAtEnd)
            {
                var property = group.Box(out var type);
                if (type == "av1C")
                {
                    found.Add(property.Length >= ConfigurationHeader ? property.ToArray() : throw AvifFault.Damaged());
                }
            }
        }

        return found;
    }

    /// <summary>The bytes of the coded items.</summary>
    /// <param name="places">Where they lie.</param>
    /// <param name="file">Most lie anywhere in the file…</param>
    /// <param name="data">…some in a box for them.</param>
    private static List<byte[]> Contents(ReadOnlySpan<byte> places, HashSet<long> coded, ReadOnlySpan<byte> file, ReadOnlySpan<byte> data)
    {
        var reader = new BoxReader(places);
        var version = reader.Number(FullBoxHeader) >> 24;
        var (sizes, more) = ((int)reader.Number(1), (int)reader.Number(1));
        var (offsetSize, lengthSize, baseSize, indexSize) = (sizes >> 4, sizes & 0xF, more >> 4, version == 0 ? 0 : more & 0xF);
        if (lengthSize == 0)
        {
            // Encoders write lengths, and lists of places without them could be read for hours.
            throw AvifFault.Damaged();
        }

        var wide = version < 2 ? sizeof(ushort) : sizeof(uint);
        var contents = new List<byte[]>();
        var left = new HashSet<long>(coded);

        // No byte belongs to two pictures: places that overlap would make much of a small file.
        long untaken = file.Length;
        for (var count = reader.Number(wide); count > 0; count--)
        {
            var id = reader.Number(wide);
            var method = version == 0 ? 0 : reader.Number(sizeof(ushort));
            var elsewhere = reader.Number(sizeof(ushort));
            var start = reader.Number(baseSize);
            var isCoded = coded.Contains(id);
            var content = Extents(ref reader, (indexSize, offsetSize, lengthSize), start, method == 0 ? file : data, isCoded);
            if (isCoded)
            {
                untaken -= content.Length;
                var isKnown = version <= 2 && method is 0 or 1 && elsewhere == 0 && content.Length > 0 && untaken >= 0;
                contents.Add(isKnown && left.Remove(id) ? content : throw AvifFault.Damaged());
            }
        }

        return left.Count == 0 ? contents : throw AvifFault.Damaged();
    }

    /// <summary>The bytes of one item; empty if it is not wanted.</summary>
    /// <param name="reader">At the number of places.</param>
    /// <param name="sizes">Bytes of each number.</param>
    private static byte[] Extents(ref BoxReader reader, (int Index, int Offset, int Length) sizes, long start, ReadOnlySpan<byte> source, bool isWanted)
    {
        using var content = new MemoryStream();
        for (var extents = reader.Number(sizeof(ushort)); extents > 0; extents--)
        {
            reader.Number(sizes.Index);
            var (offset, length) = (reader.Number(sizes.Offset), reader.Number(sizes.Length));
            if (isWanted)
            {
                if (content.Length + length > source.Length)
                {
                    throw AvifFault.Damaged();
                }

                var place = new BoxReader(source);
                place.Take(start + offset);
                content.Write(place.Take(length));
            }
        }

        return content.ToArray();
    }
}
