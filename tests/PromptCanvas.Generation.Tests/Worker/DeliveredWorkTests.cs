using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>A picture whose decoder stage has finished is delivered work: cancelling it keeps its charge and its small picture. On both databases.</summary>
public sealed class DeliveredWorkTests(PostgresServer postgres)
{
    private static readonly Guid Fay = new("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d0fb");

    private static readonly Actor FayHerself = new(Fay, PersonRoles.Member);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task CancelPicture_AfterItsDecoderStage_KeepsItSmallAndCharged(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = await new Studio(folder.Path, settings: await postgres.SettingsAsync(provider)).PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 3));
        var claim = Assert.Single(await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));
        await RecordAsync(studio, claim, 0);
        await RecordAsync(studio, claim, 1);

        Assert.True((await studio.Get<ICancellations>().CancelPictureAsync(FayHerself, id, 0, Cancellation)).TryGet(out var one, out _));
        var all = await studio.CancelAsync(id);

        Assert.Equal((JobState.Running, JobPictureState.Done), (one.State, one.Images[0].State));
        Assert.Equal(JobState.Cancelled, all.State);
        Assert.Equal([JobPictureState.Done, JobPictureState.Done, JobPictureState.Cancelled], all.Images.Select(image => image.State));
        Assert.Equal(2, (await studio.QuotaAsync(Fay)).Used);
        await using var database = studio.OpenDatabase();
        var pictures = await database.Pictures.OrderBy(picture => picture.ImageIndex).ToListAsync(Cancellation);
        Assert.Equal([(0, 64, 7L), (1, 64, 8L)], pictures.Select(picture => (picture.ImageIndex, picture.Width, picture.Seed)));
        Assert.All(pictures, picture => Assert.Contains("\"size\":64", picture.Recipe, StringComparison.Ordinal));
        Assert.True(File.Exists(studio.Folder.PictureFile(pictures[0].ContentHash)));
        Assert.All(
            await database.Ledger.Where(entry => entry.Kind == LedgerKinds.Settle).ToListAsync(Cancellation),
            entry => Assert.Contains("kept", entry.Reason, StringComparison.Ordinal));
        Assert.False(await database.DecodedPictures.AnyAsync(Cancellation));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Cancel_HandedBackAfterTheDecoderStage_KeepsItSmallAndCharged(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, settings: await postgres.SettingsAsync(provider));
        var gate = new Gate();
        studio.Engine.ReportsStages = true;
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 2));
        await gate.Reached;
        await studio.StopAsync();

        var job = await studio.CancelAsync(id);

        Assert.Equal([JobPictureState.Done, JobPictureState.Cancelled], job.Images.Select(image => image.State));
        Assert.Equal(1, (await studio.QuotaAsync(Fay)).Used);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Finish_AfterTheDecoderStage_LeavesOnlyTheFinishedPicture()
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path);
        studio.Engine.ReportsStages = true;
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 2));

        await studio.WaitAsync(id, JobState.Done);

        await using var database = studio.OpenDatabase();
        Assert.Equal(2, await database.Pictures.CountAsync(Cancellation));
        Assert.False(await database.DecodedPictures.AnyAsync(Cancellation));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Record_LateOrOfAnotherLease_WritesNothing()
    {
        using var folder = new TemporaryFolder();
        await using var studio = await new Studio(folder.Path).PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 2));
        var claim = Assert.Single(await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));
        await studio.CancelAsync(id);

        await RecordAsync(studio, claim, 0);

        await using var database = studio.OpenDatabase();
        Assert.False(await database.DecodedPictures.AnyAsync(Cancellation));
        Assert.Equal(0, (await studio.QuotaAsync(Fay)).Used);
        await studio.ConsistentAsync();
    }

    [Fact]
    public void Decoded_OfAnExtension_IsTheWholePictureOfTheLastFrame()
    {
        Assert.True(EditPlan.Extend(Pictures.Noise(50, 40, seed: 5), new Extension(100, 0, 0, 0)).TryGet(out var plan, out _));
        var result = FakeEngine.StageOf(7);

        Assert.InRange(plan.Frames.Count, 2, 8);
        Assert.Null(PictureEditor.Decoded(plan, result));
        var small = PictureEditor.Decoded(plan, result with { Frame = plan.Frames.Count - 1 });
        Assert.NotNull(small);
        Assert.Equal(64, Math.Max(small.Width, small.Height));
        Assert.True(small.Width > small.Height);
    }

    private static Task RecordAsync(Studio studio, ClaimedJob claim, int index)
    {
        var recipe = new EffectiveRecipe("starter", 1024, "diffusion", "ddim", 1, 1, "ddim", 1, 1, [2, 2]);
        var seed = (uint)(7 + index);
        return studio.Get<PictureFinalizer>().RecordDecodedAsync(claim, new StageCompleted(index, seed, FakeEngine.StageOf(seed)) { Recipe = recipe }, plan: null, filter: null);
    }
}
