using System.Formats.Tar;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Series;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Datasets;

/// <summary>Data sets with the queue, the worker and the database. The engine's CLIP sees colours only.</summary>
public sealed class DatasetTests(PostgresServer server) : IDisposable
{
    private static readonly Actor Ada = new(new Guid("0da7a000-0000-0000-0000-000000000001"), PersonRoles.Member);

    private static readonly DatasetOrder Cubes = new()
    {
        Name = "Cubes",
        Template = "a red {thing}",
        Slots = ["thing=cube:2,ball"],
        Count = 10,
        Size = 64,
        Seed = 100,
        Split = "train=0.8,test=0.2",
        LeastSimilarity = 0.5,
        Redraws = 2,
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Picture 3 is blue at first, picture 9 always: the one is drawn again with the command's seed, the other left out.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public async Task Dataset_PictureUnlikeItsPrompt_IsDrawnAgainThenLeftOut(DatabaseProvider provider)
    {
        await using var studio = await StartAsync(await server.SettingsAsync(provider));
        studio.Engine.Draws = seed => SeriesStudio.Plane(IsBlue(seed) ? 2 : 0);
        var id = await studio.BeginAsync(Ada, Cubes);

        var detail = await studio.EndAsync(Ada, id);

        Assert.Equal((SeriesState.Done, 9, 1, 13), (detail.Dataset.State, detail.Dataset.Kept, detail.Dataset.LeftOut, detail.Dataset.Draws));
        Assert.Equal(13, (await studio.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        await using var database = studio.OpenDatabase();
        var seeds = await database.Pictures.Select(picture => picture.Seed).ToListAsync(Cancellation);
        Assert.Equal([.. Enumerable.Range(100, 10).Select(seed => (long)seed), 113, 119, 129], seeds.Order());
        Assert.All(
            await database.Jobs.ToListAsync(Cancellation),
            job => Assert.Equal((Ada.PersonId, QueuePriority.Background, Visibilities.Private), (job.PersonId, job.Priority, job.Visibility)));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Step_OneDataSetFails_TheOthersGoOn()
    {
        await using var studio = await StartAsync();
        studio.Engine.Clip = input => input is TextInput { Text: "a broken cube" } ? throw new InvalidOperationException("broken") : [1, 0];
        var broken = await studio.BeginAsync(Ada, Cubes with { Template = "a {thing} cube", Slots = ["thing=broken"], Count = 1 });
        var id = await studio.BeginAsync(Ada, Cubes with { Count = 1 });
        await studio.Get<DatasetRunner>().StepAsync(Cancellation);
        await studio.DrainAsync();

        await Assert.ThrowsAsync<InvalidOperationException>(() => studio.Get<DatasetRunner>().StepAsync(Cancellation));

        await Assert.ThrowsAsync<InvalidOperationException>(() => studio.Get<DatasetRunner>().StepAsync(Cancellation));
        Assert.Equal((SeriesState.Running, SeriesState.Done), ((await studio.DatasetAsync(Ada, broken)).Dataset.State, (await studio.DatasetAsync(Ada, id)).Dataset.State));
    }

    [Theory]
    [InlineData(21, 1)]
    [InlineData(1, 501)]
    public async Task Start_MoreSlotsOrValuesThanAllowed_IsRefused(int slots, int values)
    {
        await using var studio = await StartAsync();
        var order = Cubes with { Slots = [.. Enumerable.Range(0, slots).Select(slot => $"s{slot}={string.Join(',', Enumerable.Range(0, values).Select(value => $"v{value}"))}")] };

        Assert.Equal("slots", Assert.IsType<InvalidInput>((await studio.Get<IDatasets>().StartAsync(Ada, order, Cancellation)).Refusal).Field);
    }

    [Fact]
    public async Task Archive_HoldsEveryFormat_WithTheSameLabels()
    {
        await using var studio = await StartAsync();
        studio.Engine.Draws = seed => SeriesStudio.Plane(IsBlue(seed) ? 2 : 0);
        var id = await studio.BeginAsync(Ada, Cubes);
        await studio.EndAsync(Ada, id);

        using var zip = await studio.ZipAsync(Ada, id);

        var names = zip.Entries.Select(entry => entry.FullName).ToList();
        var lines = DatasetStudio.Lines(zip, "train/metadata.jsonl").Concat(DatasetStudio.Lines(zip, "test/metadata.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal(9, lines.Count);
        Assert.Equal(9, names.Count(name => name.EndsWith(".png", StringComparison.Ordinal)));
        Assert.All(lines, line => Assert.Equal($"a red {line.GetProperty("thing").GetString()}", line.GetProperty("text").GetString()));
        Assert.Contains("annotations/captions_train.json", names);
        Assert.Contains("annotations/labels_test.json", names);
        Assert.Contains(DatasetStudio.Lines(zip, "README.md"), line => line.Contains("Asked for 10; 1 were drawn more than once, 1 were left out", StringComparison.Ordinal));
        var tarred = new List<string>();
        foreach (var split in new[] { "train", "test" })
        {
            await using var shard = await zip.GetEntry($"webdataset/{split}-000000.tar")!.OpenAsync(Cancellation);
            await using var tar = new TarReader(shard);
            while (await tar.GetNextEntryAsync(copyData: true, Cancellation) is { } entry)
            {
                tarred.Add($"{split}/{entry.Name}");
            }
        }

        Assert.Equal(names.Where(name => name.EndsWith(".png", StringComparison.Ordinal)).Order(), tarred.Where(name => name.EndsWith(".png", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Archive_OfAnUnfinishedDataSet_OrAnotherPersons_IsRefused()
    {
        await using var studio = await StartAsync();
        var id = await studio.BeginAsync(Ada, Cubes);
        var archives = studio.Get<IDatasetArchives>();

        Assert.IsType<WrongState>((await archives.OpenAsync(Ada, id, [], Cancellation)).Refusal);
        Assert.IsType<NotFound>((await archives.OpenAsync(Studio.Somebody, id, [], Cancellation)).Refusal);
        Assert.IsType<InvalidInput>((await archives.OpenAsync(Ada, id, ["zip"], Cancellation)).Refusal);
    }

    [Fact]
    public async Task Dataset_PicturesTooNearToEachOther_AreLeftOut()
    {
        await using var studio = await StartAsync();
        var id = await studio.BeginAsync(Ada, Cubes with { Count = 3, LeastDistance = 0.1, Redraws = 1 });

        var detail = await studio.EndAsync(Ada, id);

        Assert.Equal((1, 2, 5), (detail.Dataset.Kept, detail.Dataset.LeftOut, detail.Dataset.Draws));
    }

    /// <summary>The process dies in the middle of a picture; the next one goes on, and no picture is made or charged twice.</summary>
    [Fact]
    public async Task Kill_DuringADataSet_NextProcessGoesOn()
    {
        var gate = new Gate();
        await using var dead = await StartAsync();

        // From there it draws nothing more: a dead process takes no jobs.
        dead.Engine.BeforeImage = (request, index, token) => request.SeedOf(index) >= 104 ? gate.PassAsync(token) : Task.CompletedTask;
        var id = await dead.BeginAsync(Ada, Cubes);
        await dead.Get<DatasetRunner>().StepAsync(Cancellation);
        await dead.DrainAsync();
        await dead.Get<DatasetRunner>().StepAsync(Cancellation);
        await gate.Reached;
        dead.ReleaseFolderLock();

        await using var next = await StartAsync(person: false);
        var detail = await next.EndAsync(Ada, id);

        Assert.Equal((SeriesState.Done, 10, 10), (detail.Dataset.State, detail.Dataset.Kept, detail.Dataset.Draws));
        Assert.Equal(10, (await next.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        await next.ConsistentAsync();
        gate.Open();
    }

    [Fact]
    public async Task Cancel_StopsTheJobs_AndKeepsWhatWasMade()
    {
        var gate = new Gate();
        await using var studio = await StartAsync();
        studio.Engine.BeforeImage = (request, index, token) => request.SeedOf(index) >= 108 ? gate.PassAsync(token) : Task.CompletedTask;
        var id = await studio.BeginAsync(Ada, Cubes);
        while ((await studio.DatasetAsync(Ada, id)).Dataset.Draws < 8)
        {
            await studio.Get<DatasetRunner>().StepAsync(Cancellation);
            await studio.DrainAsync();
        }

        await studio.Get<DatasetRunner>().StepAsync(Cancellation);
        await gate.Reached;
        Assert.IsType<WrongState>((await studio.Get<IDatasets>().DeleteAsync(Ada, id, Cancellation)).Refusal);

        Assert.Null((await studio.Get<IDatasets>().CancelAsync(Ada, id, Cancellation)).Refusal);

        await studio.DrainAsync();
        var detail = await studio.DatasetAsync(Ada, id);
        Assert.Equal((SeriesState.Cancelled, 8), (detail.Dataset.State, detail.Dataset.Kept));
        Assert.Equal(8, (await studio.QuotaAsync(Ada.PersonId, Ada.Role)).Used);
        using (var zip = await studio.ZipAsync(Ada, id))
        {
            Assert.Equal(8, zip.Entries.Count(entry => entry.Name.EndsWith(".png", StringComparison.Ordinal) && !entry.FullName.StartsWith("webdataset", StringComparison.Ordinal)));
        }

        Assert.IsType<WrongState>((await studio.Get<IDatasets>().CancelAsync(Ada, id, Cancellation)).Refusal);
        Assert.Null((await studio.Get<IDatasets>().DeleteAsync(Ada, id, Cancellation)).Refusal);
        await using var database = studio.OpenDatabase();
        Assert.Empty(await database.DatasetDraws.ToListAsync(Cancellation));
        Assert.Equal(["dataset.start", "dataset.cancel", "dataset.delete"], await database.AuditLog.OrderBy(entry => entry.Id).Select(entry => entry.Action).ToListAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Cancel_WhileADrawIsJudged_LeavesItInTheTrashAndOutOfTheDataSet(DatabaseProvider provider)
    {
        await using var studio = await StartAsync(await server.SettingsAsync(provider));
        using var judging = new SemaphoreSlim(0);
        using var go = new SemaphoreSlim(0);
        var id = await studio.BeginAsync(Ada, Cubes with { Count = 1 });
        await studio.Get<DatasetRunner>().StepAsync(Cancellation);
        await studio.DrainAsync();
        studio.Engine.Clip = _ =>
        {
            judging.Release();
            go.Wait(Cancellation);
            return [1, 0];
        };
        var step = Task.Run(() => studio.Get<DatasetRunner>().StepAsync(Cancellation), Cancellation);
        await judging.WaitAsync(Cancellation);

        Assert.Null((await studio.Get<IDatasets>().CancelAsync(Ada, id, Cancellation)).Refusal);
        go.Release(2);
        await step;

        Assert.Equal((SeriesState.Cancelled, 0, 0), (await studio.DatasetAsync(Ada, id)).Dataset is var over ? (over.State, over.Kept, over.Draws) : default);
        await using var database = studio.OpenDatabase();
        Assert.NotNull(Assert.Single(await database.Pictures.ToListAsync(Cancellation)).DeletedAt);
    }

    [Fact]
    public async Task Start_WithoutCreditsForAll_IsRefusedBeforeAnyWork()
    {
        await using var studio = await StartAsync(new() { ["Quotas:DefaultCredits"] = "9" });

        Assert.True((await studio.Get<IDatasets>().QuoteAsync(Ada, Cubes, Cancellation)).TryGet(out var quote, out _));
        Assert.Equal(new DatasetQuote(10, 2, 10, 30, 9), quote);
        Assert.IsType<QuotaExceeded>((await studio.Get<IDatasets>().StartAsync(Ada, Cubes, Cancellation)).Refusal);
        await using var database = studio.OpenDatabase();
        Assert.Empty(await database.Datasets.ToListAsync(Cancellation));
    }

    [Fact]
    public async Task Credits_RunOutForRedraws_TheDataSetWaitsAndSaysWhy()
    {
        await using var studio = await StartAsync(new() { ["Quotas:DefaultCredits"] = "4" });
        studio.Engine.Draws = _ => SeriesStudio.Plane(2);
        var id = await studio.BeginAsync(Ada, Cubes with { Count = 3 });
        while ((await studio.DatasetAsync(Ada, id)).Dataset.Note is null)
        {
            await studio.Get<DatasetRunner>().StepAsync(Cancellation);
            await studio.DrainAsync();
        }

        var waiting = await studio.DatasetAsync(Ada, id);
        Assert.Equal(SeriesState.Running, waiting.Dataset.State);
        Assert.Contains("credits", waiting.Dataset.Note, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Others_SeeNothing_AndViewersMayNotStart()
    {
        await using var studio = await StartAsync();
        var id = await studio.BeginAsync(Ada, Cubes);
        var datasets = studio.Get<IDatasets>();

        Assert.Empty(await datasets.ListAsync(Studio.Somebody, Cancellation));
        Assert.IsType<NotFound>((await datasets.FindAsync(Studio.Somebody, id, Cancellation)).Refusal);
        Assert.IsType<NotFound>((await datasets.CancelAsync(Studio.Somebody, id, Cancellation)).Refusal);
        Assert.IsType<NotFound>((await datasets.DeleteAsync(Studio.Somebody, id, Cancellation)).Refusal);
        Assert.IsType<Forbidden>((await datasets.StartAsync(Ada with { Role = PersonRoles.Viewer }, Cubes, Cancellation)).Refusal);
    }

    public static TheoryData<string> Senseless => ["name", "template", "slots", "split", "count", "size", "leastSimilarity", "leastDistance", "redraws", "model"];

    [Theory]
    [MemberData(nameof(Senseless))]
    public async Task Start_SenselessOrder_NamesTheField(string field)
    {
        await using var studio = await StartAsync();
        var order = field switch
        {
            "name" => Cubes with { Name = " " },
            "template" => Cubes with { Template = " ", Slots = [] },
            "slots" => Cubes with { Slots = ["thing=@/etc/passwd,cube:0"] },
            "split" => Cubes with { Split = "train=0.5" },
            "count" => Cubes with { Count = DatasetOrder.MostPictures + 1 },
            "size" => Cubes with { Size = 100 },
            "leastSimilarity" => Cubes with { LeastSimilarity = 2 },
            "leastDistance" => Cubes with { LeastDistance = -1 },
            "redraws" => Cubes with { Redraws = -1 },
            _ => Cubes with { Model = "nobody" },
        };

        Assert.Equal(field, Assert.IsType<InvalidInput>((await studio.Get<IDatasets>().StartAsync(Ada, order, Cancellation)).Refusal).Field);
    }

    [Fact]
    public async Task Start_FloorWithoutClip_IsRefused()
    {
        await using var studio = await StartAsync();
        studio.Engine.Clip = null;

        Assert.IsType<Unavailable>((await studio.Get<IDatasets>().StartAsync(Ada, Cubes, Cancellation)).Refusal);
        var detail = await studio.EndAsync(Ada, await studio.BeginAsync(Ada, Cubes with { Count = 2, LeastSimilarity = null }));
        Assert.Equal((2, 0), (detail.Dataset.Kept, detail.Dataset.LeftOut));
    }

    public void Dispose() => folder.Dispose();

    private Task<Studio> StartAsync(Dictionary<string, string?>? settings = null, bool person = true) => SeriesStudio.StartAsync(folder, person ? Ada : null, settings);

    // The first draw of picture 3, and every draw of picture 9.
    private static bool IsBlue(uint seed) => seed is 103 or 109 or 119 or 129;
}
