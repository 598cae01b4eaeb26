using System.Formats.Tar;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace PromptCanvas.Cli.Datasets;

/// <summary>Writes the descriptions of a data set's pictures in the formats that trainers read.</summary>
internal sealed class DatasetExport(DatasetFolder folder, DatasetPrompts prompts, IReadOnlyList<DatasetEntry> entries)
{
    /// <summary>Pictures in one file of the WebDataset format: a few hundred megabytes at 1024 pixels, as its documentation advises.</summary>
    private const int ShardPictures = 1000;

    // The output is not HTML, so keep quotes and letters of all languages readable.
    private static readonly JsonSerializerOptions Json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The pictures that passed, by split.</summary>
    private IEnumerable<(string Split, List<DatasetEntry> Entries)> BySplit =>
        prompts.Splits.Select(split => (split, entries.Where(entry => entry.File is not null && prompts.SplitOf(entry.Index) == split).ToList()));

    /// <summary>One <c>metadata.jsonl</c> beside each split's pictures, as the imagefolder loader of Hugging Face's datasets reads it.</summary>
    public void WriteImageFolder()
    {
        foreach (var (split, kept) in BySplit)
        {
            var lines = kept.Select(entry => Metadata(entry).ToJsonString(Json) + '\n');
            folder.Save($"{split}/metadata.jsonl", Encoding.UTF8.GetBytes(string.Concat(lines)));
        }
    }

    /// <summary>Tar files of picture, caption and labels under one name each, in <c>webdataset/</c>.</summary>
    public void WriteWebDataset()
    {
        foreach (var (split, kept) in BySplit)
        {
            foreach (var (number, shard) in kept.Chunk(ShardPictures).Index())
            {
                folder.Save(string.Create(CultureInfo.InvariantCulture, $"webdataset/{split}-{number:D6}.tar"), Shard(shard));
            }
        }
    }

    /// <summary>COCO's captions, and the slots' values as categories of whole pictures, in <c>annotations/</c>.</summary>
    public void WriteCoco()
    {
        var categories = prompts.Slots.SelectMany(slot => slot.Values.Select(value => (Slot: slot.Name, Value: value.Text))).ToList();
        foreach (var (split, kept) in BySplit)
        {
            Save($"annotations/captions_{split}.json", Coco(kept, [.. kept.Select(entry => Annotation(entry.Index, entry, "caption", prompts.PromptOf(entry.Index)))], []));
            var labels = kept.SelectMany(entry => prompts.LabelsOf(entry.Index).Select((value, slot) => (Entry: entry, Category: categories.IndexOf((prompts.Slots[slot].Name, value)))));
            Save(
                $"annotations/labels_{split}.json",
                Coco(
                    kept,
                    [.. labels.Select((label, id) => Annotation(id, label.Entry, "category_id", label.Category))],
                    [.. categories.Select((category, id) => new JsonObject { ["id"] = id, ["name"] = category.Value, ["supercategory"] = category.Slot })]));
        }
    }

    private static JsonObject Annotation(int id, DatasetEntry entry, string key, JsonNode value) => new() { ["id"] = id, ["image_id"] = entry.Index, [key] = value };

    private static JsonObject Coco(IReadOnlyList<DatasetEntry> kept, JsonNode[] annotations, JsonNode[] categories) => new()
    {
        ["images"] = new JsonArray([.. kept.Select(entry => new JsonObject { ["id"] = entry.Index, ["file_name"] = entry.File, ["width"] = entry.Width, ["height"] = entry.Height })]),
        ["annotations"] = new JsonArray(annotations),
        ["categories"] = new JsonArray(categories),
    };

    private static void Add(TarWriter tar, string name, byte[] content) => tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, name)
    {
        DataStream = new MemoryStream(content),
        ModificationTime = DateTimeOffset.UnixEpoch, // the same data set is the same file
    });

    private JsonObject Metadata(DatasetEntry entry)
    {
        var line = new JsonObject { ["file_name"] = Path.GetFileName(entry.File), ["text"] = prompts.PromptOf(entry.Index) };
        foreach (var (slot, value) in prompts.Slots.Zip(prompts.LabelsOf(entry.Index)))
        {
            line[slot.Name] = value;
        }

        line["seed"] = entry.Seed;
        line["similarity"] = entry.Similarity is { } similarity ? Math.Round(similarity, 4) : null;
        return line;
    }

    private byte[] Shard(IEnumerable<DatasetEntry> shard)
    {
        using var bytes = new MemoryStream();
        using (var tar = new TarWriter(bytes, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var entry in shard)
            {
                var key = Path.GetFileNameWithoutExtension(entry.File);
                Add(tar, $"{key}.png", File.ReadAllBytes(Path.Combine(folder.Root, entry.File!)));
                Add(tar, $"{key}.txt", Encoding.UTF8.GetBytes(prompts.PromptOf(entry.Index)));
                Add(tar, $"{key}.json", Encoding.UTF8.GetBytes(Metadata(entry).ToJsonString(Json)));
            }
        }

        return bytes.ToArray();
    }

    private void Save(string name, JsonObject content) => folder.Save(name, Encoding.UTF8.GetBytes(content.ToJsonString(Json)));
}
