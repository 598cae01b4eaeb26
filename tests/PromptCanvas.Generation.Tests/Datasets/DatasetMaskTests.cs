using System.Formats.Tar;
using System.IO.Compression;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Series;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Datasets;

/// <summary>Data sets with masks: a green base, into which red is painted. The engine's CLIP sees how much of a picture is red, green and blue.</summary>
public sealed class DatasetMaskTests : IDisposable
{
    private static readonly Actor Ada = new(new Guid("0da7a000-0000-0000-0000-000000000002"), PersonRoles.Member);

    private static readonly DatasetOrder Painted = new()
    {
        Name = "Painted",
        Template = "a {thing} on {ground}",
        Slots = ["thing=cube,ball", "ground=grass,moss"],
        Base = "{ground}",
        Box = "0.25-0.5",
        Count = 3,
        Size = 64,
        Seed = 100,
    };

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Dataset_WithABase_ExportsPicturesThatDifferFromItInTheMaskOnly()
    {
        await using var studio = await StartAsync();
        Assert.True((await studio.Get<IDatasets>().QuoteAsync(Ada, Painted, Cancellation)).TryGet(out var quote, out _));
        Assert.Equal((3, 6m, 6m), (quote.Pictures, quote.Cost, quote.MostCost));

        var id = await studio.BeginAsync(Ada, Painted);
        var detail = await studio.EndAsync(Ada, id);

        Assert.Equal((SeriesState.Done, 3, 3), (detail.Dataset.State, detail.Dataset.Kept, detail.Dataset.Draws));
        Assert.Equal(6, (await studio.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        var sources = await SourcesAsync(studio);
        using var zip = await studio.ZipAsync(Ada, id);
        var lines = Lines(zip, "train/metadata.jsonl");
        Assert.Equal(3, lines.Count);
        Assert.Equal(3, lines.Select(line => line.GetProperty("bbox").GetRawText()).Distinct().Count());
        foreach (var line in lines)
        {
            Assert.Equal($"masks/{line.GetProperty("file_name").GetString()}", line.GetProperty("mask_file_name").GetString());
            Assert.Equal(line.GetProperty("ground").GetString(), line.GetProperty("base_text").GetString());
            var (picture, mask) = (Pixels(zip, $"train/{line.GetProperty("file_name").GetString()}", 3), Pixels(zip, $"train/{line.GetProperty("mask_file_name").GetString()}", 1));
            var source = sources[line.GetProperty("seed").GetInt64()];
            Assert.Equal($"bases/{line.GetProperty("file_name").GetString()}", line.GetProperty("base_file_name").GetString());
            Assert.Equal(source, Pixels(zip, $"train/{line.GetProperty("base_file_name").GetString()}", 3));
            var box = line.GetProperty("bbox").EnumerateArray().Select(value => value.GetInt32()).ToArray();
            Assert.Equal(64 * 64, mask.Length);
            Assert.Equal(box[2] * box[3], mask.Count(level => level == byte.MaxValue));
            Assert.Equal(mask.Length - (box[2] * box[3]), mask.Count(level => level == 0));
            for (var pixel = 0; pixel < mask.Length; pixel++)
            {
                var isInside = pixel % 64 >= box[0] && pixel % 64 < box[0] + box[2] && pixel / 64 >= box[1] && pixel / 64 < box[1] + box[3];
                Assert.Equal(isInside ? byte.MaxValue : 0, mask[pixel]);
                if (!isInside)
                {
                    Assert.Equal(source[(3 * pixel)..((3 * pixel) + 3)], picture[(3 * pixel)..((3 * pixel) + 3)]);
                }
            }

            var middle = 3 * ((64 * (box[1] + (box[3] / 2))) + box[0] + (box[2] / 2));
            Assert.True(picture[middle] > 200 && source[middle] == 0);
        }

        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Archive_HoldsMasksAndBasesInEveryFormat()
    {
        await using var studio = await StartAsync();
        var id = await studio.BeginAsync(Ada, Painted with { Box = "0.25,0.5,0.5,0.25" });
        await studio.EndAsync(Ada, id);

        using var zip = await studio.ZipAsync(Ada, id);

        await using (var shard = await zip.GetEntry("webdataset/train-000000.tar")!.OpenAsync(Cancellation))
        await using (var tar = new TarReader(shard))
        {
            var names = new List<string>();
            while (await tar.GetNextEntryAsync(copyData: true, Cancellation) is { } entry)
            {
                names.Add(entry.Name);
            }

            Assert.Equal(Enumerable.Range(0, 3).SelectMany(index => new[] { "png", "base.png", "mask.png", "txt", "json" }.Select(end => $"{index:D6}.{end}")), names);
        }

        await using var labels = await zip.GetEntry("annotations/labels_train.json")!.OpenAsync(Cancellation);
        using var coco = await JsonDocument.ParseAsync(labels, cancellationToken: Cancellation);
        var slots = coco.RootElement.GetProperty("categories").EnumerateArray().ToDictionary(category => category.GetProperty("id").GetInt32(), category => category.GetProperty("supercategory").GetString());
        var annotations = coco.RootElement.GetProperty("annotations").EnumerateArray().ToLookup(annotation => slots[annotation.GetProperty("category_id").GetInt32()]);
        Assert.Equal((3, 3), (annotations["thing"].Count(), annotations["ground"].Count()));
        Assert.All(annotations["ground"], whole => Assert.False(whole.TryGetProperty("bbox", out _)));
        Assert.All(annotations["thing"], part =>
        {
            Assert.Equal("[16,32,32,16]", part.GetProperty("bbox").GetRawText());
            Assert.Equal((32 * 16, 0), (part.GetProperty("area").GetInt32(), part.GetProperty("iscrowd").GetInt32()));
            Assert.Equal("[[16,32,48,32,48,48,16,48]]", part.GetProperty("segmentation").GetRawText());
        });
        foreach (var image in coco.RootElement.GetProperty("images").EnumerateArray())
        {
            Assert.Equal($"train/bases/{image.GetProperty("id").GetInt32():D6}.png", image.GetProperty("base_file_name").GetString());
            Assert.NotNull(zip.GetEntry(image.GetProperty("base_file_name").GetString()!));
        }

        Assert.Contains(DatasetStudio.Lines(zip, "README.md"), line => line.Contains("Bases: in `bases`", StringComparison.Ordinal) && !line.Contains("deleted", StringComparison.Ordinal));
        Assert.Contains(DatasetStudio.Lines(zip, "README.md"), line => line.Contains("the boxes of thing say where was painted", StringComparison.Ordinal));
    }

    /// <summary>The bases lie in the trash, which keeps them for the download; their owner may delete them earlier.</summary>
    [Fact]
    public async Task Bases_InTheTrash_StayAsLongAsTheDataSet_UnlessTheirOwnerDeletesThem()
    {
        await using var studio = await StartAsync();
        var id = await studio.BeginAsync(Ada, Painted);
        await studio.EndAsync(Ada, id);
        studio.Clock.Advance(TimeSpan.FromDays(studio.Get<ITrash>().Days + 1));
        Assert.Equal(0, await studio.Get<Trash>().EmptyAsync(Cancellation));
        await using (var database = studio.OpenDatabase())
        {
            var one = await database.Pictures.Where(picture => picture.Kind == JobKinds.Generate && picture.Seed == 101).Select(picture => picture.Id).SingleAsync(Cancellation);
            Assert.Equal(1, await studio.Get<ITrash>().PurgeAsync(Ada, [one], Cancellation));
        }

        using (var zip = await studio.ZipAsync(Ada, id))
        {
            Assert.Equal([true, false, true], Lines(zip, "train/metadata.jsonl").Select(line => line.TryGetProperty("base_file_name", out _)));
            Assert.Equal(["000000.png", "000002.png"], zip.Entries.Where(entry => entry.FullName.StartsWith("train/bases/", StringComparison.Ordinal)).Select(entry => entry.Name));
            Assert.Contains(DatasetStudio.Lines(zip, "README.md"), line => line.Contains("1 were deleted", StringComparison.Ordinal));
        }

        Assert.Null((await studio.Get<IDatasets>().DeleteAsync(Ada, id, Cancellation)).Refusal);
        Assert.Equal(2, await studio.Get<Trash>().EmptyAsync(Cancellation));
    }

    /// <summary>Two pictures passed; of the other block one was painted and one has its base only when the data set ends.</summary>
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Ended_BeforeAllIsJudged_WhatWasNotJudgedIsInTheTrash(bool fails)
    {
        var gate = new Gate();
        await using var studio = await StartAsync();
        studio.Engine.BeforeImage = (request, index, token) => request.Known is not null && request.SeedOf(index) == 109 ? gate.PassAsync(token) : Task.CompletedTask;
        var id = await studio.BeginAsync(Ada, Painted with { Count = 10 });
        while ((await studio.DatasetAsync(Ada, id)).Dataset.Draws < 8)
        {
            await studio.Get<DatasetRunner>().StepAsync(Cancellation);
            await studio.DrainAsync();
        }

        await studio.Get<DatasetRunner>().StepAsync(Cancellation);
        await studio.DrainAsync();
        await studio.Get<DatasetRunner>().StepAsync(Cancellation);
        await gate.Reached;
        if (fails)
        {
            await using var people = studio.OpenDatabase();
            await people.People.Where(person => person.Id == Ada.PersonId).ExecuteUpdateAsync(change => change.SetProperty(person => person.Role, PersonRoles.Viewer), Cancellation);
            await studio.Get<DatasetRunner>().StepAsync(Cancellation);
        }
        else
        {
            Assert.Null((await studio.Get<IDatasets>().CancelAsync(Ada, id, Cancellation)).Refusal);
        }

        gate.Open();
        await studio.DrainAsync();
        Assert.Equal(fails ? SeriesState.Failed : SeriesState.Cancelled, (await studio.DatasetAsync(Ada, id)).Dataset.State);
        await using var database = studio.OpenDatabase();
        var pictures = await database.Pictures.Select(picture => new { picture.Kind, picture.Seed, IsDeleted = picture.DeletedAt != null }).ToListAsync(Cancellation);
        Assert.Equal(Enumerable.Range(100, 8).Select(seed => (long)seed), pictures.Where(picture => !picture.IsDeleted).Select(picture => picture.Seed).Order());
        Assert.All(pictures.Where(picture => !picture.IsDeleted), picture => Assert.Equal(JobKinds.Edit, picture.Kind));
        Assert.Contains(pictures, picture => picture.IsDeleted && picture.Kind == JobKinds.Generate && picture.Seed == 109);
        await studio.ConsistentAsync();
    }

    /// <summary>The process dies when the bases are drawn and the first picture is being painted; nothing is drawn or charged twice.</summary>
    [Fact]
    public async Task Kill_BetweenBaseAndPainting_NextProcessGoesOn()
    {
        var gate = new Gate();
        await using var dead = await StartAsync();
        dead.Engine.BeforeImage = (request, _, token) => request.Known is not null ? gate.PassAsync(token) : Task.CompletedTask;
        var id = await dead.BeginAsync(Ada, Painted);
        await dead.Get<DatasetRunner>().StepAsync(Cancellation);
        await dead.DrainAsync();
        await dead.Get<DatasetRunner>().StepAsync(Cancellation);
        await gate.Reached;
        dead.ReleaseFolderLock();

        await using var next = await StartAsync(person: false);
        var detail = await next.EndAsync(Ada, id);

        Assert.Equal((SeriesState.Done, 3, 3), (detail.Dataset.State, detail.Dataset.Kept, detail.Dataset.Draws));
        Assert.Equal(6, (await next.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        Assert.Equal(3, next.Engine.Requests.Count(request => request.Known is not null));
        Assert.DoesNotContain(next.Engine.Requests, request => request.Known is null);
        await next.ConsistentAsync();
        gate.Open();
    }

    /// <summary>Nothing red is painted into picture 1 at first: it is drawn again, base and all. What is not in the data set lies in the trash.</summary>
    [Fact]
    public async Task Painting_UnlikeItsPrompt_IsDrawnAgain_AndRefusedDrawsAndBasesAreInTheTrash()
    {
        await using var studio = await StartAsync();
        studio.Engine.DrawsFor = (request, seed) => request.Known is null ? null : SeriesStudio.Plane(seed == 101 ? 1 : 0);
        var id = await studio.BeginAsync(Ada, Painted with { LeastSimilarity = 0.05, Redraws = 1 });

        var detail = await studio.EndAsync(Ada, id);

        Assert.Equal((3, 0, 4), (detail.Dataset.Kept, detail.Dataset.LeftOut, detail.Dataset.Draws));
        Assert.Equal(8, (await studio.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        await using var database = studio.OpenDatabase();
        var pictures = await database.Pictures.Select(picture => new { picture.Kind, picture.Seed, IsDeleted = picture.DeletedAt != null }).ToListAsync(Cancellation);
        Assert.Equal([100, 102, 104], pictures.Where(picture => !picture.IsDeleted).Select(picture => picture.Seed).Order());
        Assert.All(pictures, picture => Assert.Equal(picture.IsDeleted, picture.Kind != JobKinds.Edit || picture.Seed == 101));
        Assert.Equal(5, await database.Pictures.InTrashOf(Ada).CountAsync(Cancellation));
    }

    [Fact]
    public async Task Base_DeletedBeforeItIsPaintedInto_IsDrawnAgain()
    {
        await using var studio = await StartAsync();
        var id = await studio.BeginAsync(Ada, Painted with { Count = 1, Redraws = 1 });
        await studio.Get<DatasetRunner>().StepAsync(Cancellation);
        await studio.DrainAsync();
        await using (var database = studio.OpenDatabase())
        {
            await database.Pictures.ExecuteUpdateAsync(change => change.SetProperty(picture => picture.DeletedAt, DateTimeOffset.UnixEpoch), Cancellation);
        }

        var detail = await studio.EndAsync(Ada, id);

        Assert.Equal((SeriesState.Done, 1, 2), (detail.Dataset.State, detail.Dataset.Kept, detail.Dataset.Draws));
    }

    [Theory]
    [InlineData("{ground}", "0.3", "box")]
    [InlineData("{ground}", "0.6-0.3", "box")]
    [InlineData("{ground}", "0.1-0.5", "box")]
    [InlineData("{ground}", "0.3-0.95", "box")]
    [InlineData("{ground}", "0.7,0,0.5,0.5", "box")]
    [InlineData("{ground}", "0,0,0.5", "box")]
    [InlineData("{sky}", "0.3-0.6", "base")]
    [InlineData("a {thing} on {ground}", "0.3-0.6", "base")]
    [InlineData("", "0.3-0.6", "base")]
    public async Task Start_SenselessEdit_NamesTheField(string basePrompt, string box, string field)
    {
        await using var studio = await StartAsync();

        Assert.Equal(field, Assert.IsType<InvalidInput>((await studio.Get<IDatasets>().StartAsync(Ada, Painted with { Base = basePrompt, Box = box }, Cancellation)).Refusal).Field);
    }

    [Fact]
    public async Task Start_CreditsForTheBasesOnly_IsRefused()
    {
        await using var studio = await StartAsync(new() { ["Quotas:DefaultCredits"] = "5" });

        Assert.Equal(6, Assert.IsType<QuotaExceeded>((await studio.Get<IDatasets>().StartAsync(Ada, Painted, Cancellation)).Refusal).Needed);
    }

    private async Task<Studio> StartAsync(Dictionary<string, string?>? settings = null, bool person = true)
    {
        var studio = new Studio(folder.Path, settings: settings);
        studio.Engine.Draws = _ => SeriesStudio.Plane(1);
        studio.Engine.DrawsFor = (request, _) => request.Known is null ? null : SeriesStudio.Plane(0);
        studio.Engine.Clip = input => input is ImageInput { Picture.Rgb: var rgb } ? Colours(rgb.Span) : [1, 0, 0];
        await studio.StartAsync();
        if (person)
        {
            await studio.AddAdaAsync(Ada);
        }

        return studio;
    }

    private static float[] Colours(ReadOnlySpan<byte> rgb)
    {
        var sums = new float[3];
        for (var at = 0; at < rgb.Length; at++)
        {
            sums[at % 3] += rgb[at];
        }

        return sums;
    }

    /// <summary>The bases by seed, as the store has them.</summary>
    private static async Task<Dictionary<long, byte[]>> SourcesAsync(Studio studio)
    {
        await using var database = studio.OpenDatabase();
        var sources = new Dictionary<long, byte[]>();
        foreach (var picture in await database.Pictures.Where(picture => picture.Kind == JobKinds.Generate).Select(picture => new { picture.Seed, picture.ContentHash }).ToListAsync(Cancellation))
        {
            sources[picture.Seed] = (await studio.Get<StoredPictures>().ReadAsync(picture.ContentHash, Cancellation)).Bytes.ToArray();
        }

        return sources;
    }

    private static List<JsonElement> Lines(ZipArchive zip, string name) => [.. DatasetStudio.Lines(zip, name).Select(line => JsonSerializer.Deserialize<JsonElement>(line))];

    /// <summary>A PNG's samples; it must have this many channels.</summary>
    private static byte[] Pixels(ZipArchive zip, string name, int channels)
    {
        using var content = zip.GetEntry(name)!.Open();
        var bytes = new MemoryStream();
        content.CopyTo(bytes);
        var png = PlainPng.Read(bytes.ToArray());
        Assert.Equal((64, 64, channels), (png.Width, png.Height, png.Channels));
        return png.Samples;
    }
}
