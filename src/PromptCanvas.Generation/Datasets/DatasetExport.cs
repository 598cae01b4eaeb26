using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using PromptCanvas.Imaging.Editing;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Writes the descriptions of a data set's pictures in the formats that trainers read.</summary>
/// <param name="plan">The plan.</param>
/// <param name="prompts">Its prompts.</param>
/// <param name="entries">What became of every picture.</param>
/// <param name="read">Reads the PNG of a picture that passed, or of its base, by its name in the data set.</param>
internal sealed class DatasetExport(DatasetPlan plan, DatasetPrompts prompts, IReadOnlyList<DatasetEntry> entries, Func<string, CancellationToken, Task<byte[]>> read)
{
    /// <summary>Pictures in one file of the WebDataset format: a few hundred megabytes at 1024 pixels, as its documentation advises.</summary>
    private const int ShardPictures = 1000;

    // The output is not HTML, so keep quotes and letters of all languages readable.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The pictures that passed, by split.</summary>
    private IEnumerable<(string Split, List<DatasetEntry> Entries)> BySplit =>
        prompts.Splits.Select(split => (split, entries.Where(entry => entry.File is not null && prompts.SplitOf(entry.Index) == split).ToList()));

    /// <summary>The pictures and their bases.</summary>
    public IEnumerable<DatasetFile> Pictures() => entries.Where(entry => entry.File is not null)
        .SelectMany(entry => new[] { entry.File!, BaseOf(entry) }.OfType<string>())
        .Select(name => new DatasetFile(name, async (stream, cancellationToken) => await stream.WriteAsync(await read(name, cancellationToken), cancellationToken)));

    /// <summary>All files but the pictures: <c>metadata.jsonl</c> in each split, masks, the formats that were asked for, and the data card.</summary>
    /// <param name="formats">Of <see cref="DatasetFormats"/>.</param>
    public IEnumerable<DatasetFile> Files(IReadOnlyCollection<string> formats) =>
    [
        .. ImageFolder(),
        .. Masks(),
        .. formats.Contains(DatasetFormats.WebDataset) ? WebDataset() : [],
        .. formats.Contains(DatasetFormats.Coco) ? Coco() : [],
        DatasetFile.Of("README.md", DataCard.Write(plan, prompts, entries)),
    ];

    // One beside each split's pictures, as the imagefolder loader of Hugging Face's datasets reads it.
    private IEnumerable<DatasetFile> ImageFolder() => BySplit.Select(part =>
        DatasetFile.Of($"{part.Split}/metadata.jsonl", string.Concat(part.Entries.Select(entry => Metadata(entry).ToJsonString(Json) + '\n'))));

    private IEnumerable<DatasetFile> Masks() =>
        from part in BySplit
        from entry in part.Entries
        let mask = MaskOf(entry)
        where mask is not null
        select new DatasetFile($"{part.Split}/{MaskName(entry)}", async (stream, cancellationToken) => await stream.WriteAsync(mask.ToPng(), cancellationToken));

    private DatasetMask? MaskOf(DatasetEntry entry) => prompts.BoxOf(entry.Index, entry.Width, entry.Height) is { } box ? new DatasetMask(entry.Width, entry.Height, box) : null;

    // Below its picture's folder.
    private static string MaskName(DatasetEntry entry) => $"{DatasetEntry.MaskFolder}/{Path.GetFileName(entry.File)}";

    private static string? BaseOf(DatasetEntry entry) => entry.HasBase ? DatasetEntry.BaseFileOf(entry.File!) : null;

    // Tar files of picture, base, mask, caption and labels under one name each.
    private IEnumerable<DatasetFile> WebDataset() =>
        from part in BySplit
        from shard in part.Entries.Chunk(ShardPictures).Index()
        select new DatasetFile(
            string.Create(CultureInfo.InvariantCulture, $"webdataset/{part.Split}-{shard.Index:D6}.tar"),
            (stream, cancellationToken) => WriteShardAsync(shard.Item, stream, cancellationToken));

    // COCO's captions, and the slots' values as categories: of the box, if only the painted part has them, otherwise of the whole picture.
    private IEnumerable<DatasetFile> Coco()
    {
        var categories = prompts.Slots.SelectMany(slot => slot.Values.Select(value => (Slot: slot.Name, Value: value.Text))).ToList();
        foreach (var (split, kept) in BySplit)
        {
            yield return JsonFile($"annotations/captions_{split}.json", Coco(kept, [.. kept.Select(entry => Annotation(entry.Index, entry, "caption", prompts.PromptOf(entry.Index)))], []));
            var labels = kept.SelectMany(entry => prompts.LabelsOf(entry.Index).Zip(prompts.Slots, (value, slot) => (Entry: entry, Slot: slot, Category: categories.IndexOf((slot.Name, value)))));
            yield return JsonFile(
                $"annotations/labels_{split}.json",
                Coco(
                    kept,
                    [.. labels.Select((label, id) => Boxed(Annotation(id, label.Entry, "category_id", label.Category), label.Entry, label.Slot))],
                    [.. categories.Select((category, id) => new JsonObject { ["id"] = id, ["name"] = category.Value, ["supercategory"] = category.Slot })]));
        }
    }

    private static DatasetFile JsonFile(string name, JsonObject content) => DatasetFile.Of(name, content.ToJsonString(Json));

    private static JsonObject Annotation(int id, DatasetEntry entry, string key, JsonNode value) => new() { ["id"] = id, ["image_id"] = entry.Index, [key] = value };

    private JsonObject Boxed(JsonObject annotation, DatasetEntry entry, TemplateSlot slot)
    {
        if (prompts.IsPainted(slot) && prompts.BoxOf(entry.Index, entry.Width, entry.Height) is { } box)
        {
            annotation[DatasetColumns.Box] = Corners(box);
            annotation["area"] = box.Width * box.Height;
            annotation["segmentation"] = new JsonArray(new JsonArray(box.Left, box.Top, box.Right, box.Top, box.Right, box.Bottom, box.Left, box.Bottom));
            annotation["iscrowd"] = 0;
        }

        return annotation;
    }

    private static JsonArray Corners(PixelRectangle box) => new(box.Left, box.Top, box.Width, box.Height);

    private static JsonObject Coco(IReadOnlyList<DatasetEntry> kept, JsonNode[] annotations, JsonNode[] categories) => new()
    {
        ["images"] = new JsonArray([.. kept.Select(Image)]),
        ["annotations"] = new JsonArray(annotations),
        ["categories"] = new JsonArray(categories),
    };

    private static JsonObject Image(DatasetEntry entry)
    {
        var image = new JsonObject { ["id"] = entry.Index, ["file_name"] = entry.File, ["width"] = entry.Width, ["height"] = entry.Height };
        if (BaseOf(entry) is { } name)
        {
            image[DatasetColumns.BaseFile] = name;
        }

        return image;
    }

    private static Task AddAsync(TarWriter tar, string name, byte[] content, CancellationToken cancellationToken) => tar.WriteEntryAsync(
        new UstarTarEntry(TarEntryType.RegularFile, name)
        {
            DataStream = new MemoryStream(content),
            ModificationTime = DateTimeOffset.UnixEpoch, // the same data set is the same file
        },
        cancellationToken);

    private JsonObject Metadata(DatasetEntry entry)
    {
        var line = new JsonObject { [DatasetColumns.File] = Path.GetFileName(entry.File), [DatasetColumns.Text] = prompts.PromptOf(entry.Index) };
        if (MaskOf(entry) is { } mask)
        {
            line[DatasetColumns.MaskFile] = MaskName(entry);
            if (entry.HasBase)
            {
                line[DatasetColumns.BaseFile] = $"{DatasetEntry.BaseFolder}/{Path.GetFileName(entry.File)}";
            }

            line[DatasetColumns.BaseText] = prompts.BaseOf(entry.Index);
            line[DatasetColumns.Box] = Corners(mask.Box);
        }

        foreach (var (slot, value) in prompts.Slots.Zip(prompts.LabelsOf(entry.Index)))
        {
            line[slot.Name] = value;
        }

        line[DatasetColumns.Seed] = entry.Seed;
        line[DatasetColumns.Similarity] = entry.Similarity is { } similarity ? Math.Round(similarity, 4) : null;
        return line;
    }

    private async Task WriteShardAsync(IEnumerable<DatasetEntry> shard, Stream stream, CancellationToken cancellationToken)
    {
        await using var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true);
        foreach (var entry in shard)
        {
            var key = Path.GetFileNameWithoutExtension(entry.File);
            await AddAsync(tar, $"{key}.png", await read(entry.File!, cancellationToken), cancellationToken);
            if (BaseOf(entry) is { } name)
            {
                await AddAsync(tar, $"{key}.base.png", await read(name, cancellationToken), cancellationToken);
            }

            if (MaskOf(entry) is { } mask)
            {
                await AddAsync(tar, $"{key}.mask.png", mask.ToPng(), cancellationToken);
            }

            await AddAsync(tar, $"{key}.txt", Encoding.UTF8.GetBytes(prompts.PromptOf(entry.Index)), cancellationToken);
            await AddAsync(tar, $"{key}.json", Encoding.UTF8.GetBytes(Metadata(entry).ToJsonString(Json)), cancellationToken);
        }
    }
}

/// <summary>A file of a data set.</summary>
/// <param name="Name">Its path below the data set's folder, with slashes.</param>
/// <param name="WriteAsync">Writes its content.</param>
internal sealed record DatasetFile(string Name, Func<Stream, CancellationToken, Task> WriteAsync)
{
    public static DatasetFile Of(string name, string text) =>
        new(name, async (stream, cancellationToken) => await stream.WriteAsync(Encoding.UTF8.GetBytes(text), cancellationToken));
}

/// <summary>The formats of a data set besides the pictures.</summary>
public static class DatasetFormats
{
    /// <summary>Always written.</summary>
    public const string ImageFolder = "imagefolder";

    public const string WebDataset = "webdataset";

    public const string Coco = "coco";

    public static IReadOnlyList<string> All { get; } = [ImageFolder, WebDataset, Coco];
}
