using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Datasets;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Datasets;

/// <summary>The least distance between the pictures of a data set, over blocks and processes.</summary>
public sealed class DatasetDistanceTests(PostgresServer server) : IDisposable
{
    private static readonly Actor Ada = new(new Guid("0da7a000-0000-0000-0000-000000000002"), PersonRoles.Member);

    private static readonly DatasetOrder Cubes = new()
    {
        Name = "Cubes",
        Template = "a red {thing}",
        Slots = ["thing=cube"],
        Count = 2 * DatasetPlan.Block,
        Size = 64,
        Seed = 100,
        LeastDistance = 0.1,
        Redraws = 0,
    };

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Rows of decided blocks that are changed after they were read are not seen; a changed row of the open block is.</summary>
    [Theory]
    [MemberData(nameof(Both))]
    public async Task Read_NextBlock_ReadsOnlyWhatIsNotDecided(DatabaseProvider provider)
    {
        await using var studio = await StartAsync(await server.SettingsAsync(provider));
        var id = await studio.BeginAsync(Ada, Cubes);
        var kept = studio.Get<KeptEmbeddings>();
        await KeepAsync(studio, id, (0, 1), (7, 2), (8, 3));
        await ReadsAsync(kept, id, 1f, 2, 3);

        await ReplaceAsync(studio, id, (0, 10), (8, 30), (9, 40));

        await ReadsAsync(kept, id, 1f, 2, 30, 40);
        await ReadsAsync(new KeptEmbeddings(studio.Get<IDbContextFactory<AppDbContext>>()), id, 2f, 10, 30, 40);
    }

    [Fact]
    public async Task Read_AnEarlierBlockThanBefore_ReadsAllAgain()
    {
        await using var studio = await StartAsync();
        var id = await studio.BeginAsync(Ada, Cubes);
        var kept = studio.Get<KeptEmbeddings>();
        await KeepAsync(studio, id, (0, 1), (8, 3));
        await ReadsAsync(kept, id, 1f, 3);

        await ReplaceAsync(studio, id, (0, 10));

        var read = await kept.ReadAsync(id, 0, Cancellation);
        Assert.Equal([3f, 10], read.Select(embedding => embedding[0]).Order());
    }

    /// <summary>Embeddings are kept for a few data sets only, and correct for all.</summary>
    [Fact]
    public async Task Read_ManyDataSets_EachGetsItsOwn()
    {
        await using var studio = await StartAsync();
        var ids = new List<Guid>();
        for (var number = 0; number < 6; number++)
        {
            ids.Add(await studio.BeginAsync(Ada, Cubes));
            await KeepAsync(studio, ids[number], (0, number + 1), (8, -number - 1));
        }

        var kept = studio.Get<KeptEmbeddings>();
        foreach (var (number, id) in ids.Index().Concat(ids.Index()))
        {
            await ReadsAsync(kept, id, -number - 1, number + 1f);
        }
    }

    /// <summary>Two of the first block are alike, and one of the second is like one of the first: the next process still knows that one.</summary>
    [Fact]
    public async Task Resume_PictureLikeOneOfAnEarlierProcess_IsLeftOut()
    {
        await using var dead = await StartAsync();
        dead.Engine.Draws = Draw;
        var id = await dead.BeginAsync(Ada, Cubes);
        while ((await dead.DatasetAsync(Ada, id)).Dataset.Draws < DatasetPlan.Block)
        {
            await dead.Get<DatasetRunner>().StepAsync(Cancellation);
            await dead.DrainAsync();
        }

        dead.ReleaseFolderLock();
        await using var next = await StartAsync(person: false);
        next.Engine.Draws = Draw;
        var detail = await next.EndAsync(Ada, id);

        Assert.Equal((2, (2 * DatasetPlan.Block) - 2), (detail.Dataset.Kept, detail.Dataset.LeftOut));

        static Diffusion.Images.SignedImage Draw(uint seed) => SeriesStudio.Plane(seed is 103 or 110 ? 2 : 0);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>Reads in the second block.</summary>
    private static async Task ReadsAsync(KeptEmbeddings kept, Guid id, params float[] expected)
    {
        var read = await kept.ReadAsync(id, DatasetPlan.Block, Cancellation);
        Assert.Equal(expected, read.Select(embedding => embedding[0]).Order());
    }

    private static async Task KeepAsync(Studio studio, Guid id, params (int Index, float Value)[] rows)
    {
        await using var database = studio.OpenDatabase();
        database.DatasetDraws.AddRange(rows.Select(row => new DatasetDraw
        {
            DatasetId = id,
            PictureIndex = row.Index,
            Attempt = 0,
            Embedding = MemoryMarshal.AsBytes<float>(new[] { row.Value }).ToArray(),
        }));
        await database.SaveChangesAsync(Cancellation);
    }

    private static async Task ReplaceAsync(Studio studio, Guid id, params (int Index, float Value)[] rows)
    {
        var indices = rows.Select(row => row.Index).ToList();
        await using (var database = studio.OpenDatabase())
        {
            await database.DatasetDraws.Where(draw => draw.DatasetId == id && indices.Contains(draw.PictureIndex)).ExecuteDeleteAsync(Cancellation);
        }

        await KeepAsync(studio, id, rows);
    }

    private Task<Studio> StartAsync(Dictionary<string, string?>? settings = null, bool person = true) => SeriesStudio.StartAsync(folder, person ? Ada : null, settings);
}
