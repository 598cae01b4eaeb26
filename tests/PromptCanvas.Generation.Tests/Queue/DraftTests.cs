using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Queue;

/// <summary>Drafts for a part of a credit, finished for the rest. On both databases where the queue decides.</summary>
public sealed class DraftTests(PostgresServer postgres) : IDisposable
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");
    private static readonly Actor AnnaHerself = new(Anna, PersonRoles.Member);

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static NewJob FourDrafts => TestRequests.FoxOf(Anna, "drafts", count: 4) with
    {
        Operation = new DraftOperation(),
        Size = null,
        NegativePrompt = "rain",
        Overrides = new RecipeOverrides { DecoderSteps = 9 },
        Visibility = Visibilities.Team,
    };

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Finish_SomeDrafts_GoesOnFromTheDecoder_AndCostsTheRest(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.StartAsync();

        var drafts = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts), JobState.Done);
        Assert.Equal((1m, 64, 0.75m), ((await studio.QuotaAsync(Anna)).Used, drafts.Width, drafts.FinishCost));
        Assert.Equal(studio.Clock.GetUtcNow() + TimeSpan.FromHours(24), drafts.DraftsUntil);
        Assert.All(drafts.Images, draft => Assert.Equal(DraftState.Open, draft.Draft));
        var finished = await studio.WaitAsync(await studio.SubmitAsync(Finish(drafts, 3, 1)), JobState.Done);

        Assert.Equal(2.5m, (await studio.QuotaAsync(Anna)).Used);
        var request = studio.Engine.Requests.Last();
        Assert.Equal(("a fox 🦊 in the snow", "rain", 1024, 9), (request.Prompt, request.NegativePrompt, request.Size, request.Overrides.DecoderSteps));
        Assert.Equal([10u, 8u], request.Seeds!);
        Assert.Equal([10u, 8u], finished.Images.Select(picture => picture.Seed));
        Assert.All(request.Finished!, kept =>
        {
            Assert.Equal(GenerationStage.Decoder, kept.Value.Stage);
            Assert.Equal(FakeEngine.Picture(request.SeedOf(kept.Key)).Values, kept.Value.Picture!.Values);
        });
        Assert.Equal([0, 1], request.Finished!.Keys.Order());
        var after = await studio.FindAsync(drafts.Id);
        Assert.Equal([DraftState.Open, DraftState.Finished, DraftState.Open, DraftState.Finished], after.Images.Select(draft => draft.Draft));
        Assert.Equal(finished.Images[0].ImageId, after.Images[3].FinishedAs);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Finish_TwiceAtOnce_IsChargedOnce(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.StartAsync();
        var drafts = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts), JobState.Done);

        var results = await Task.WhenAll(Enumerable.Range(0, 4).Select(number => Task.Run(() => studio.TrySubmitAsync(Finish(drafts, 0) with { IdempotencyKey = $"{number}" }))));
        var first = Array.FindIndex(results, result => result.Refusal is null);
        var again = await studio.SubmitAsync(Finish(drafts, 0) with { IdempotencyKey = $"{first}" });

        var id = Assert.Single(results, result => result.Refusal is null);
        Assert.True(id.TryGet(out var job, out _));
        Assert.Equal(job, again);
        Assert.All(results.Where(result => result.Refusal is not null), result => Assert.IsType<Conflict>(result.Refusal));
        await studio.WaitAsync(job, JobState.Done);
        Assert.Equal(1.75m, (await studio.QuotaAsync(Anna)).Used);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Finish_CancelledOrFailed_IsGivenBack_AndTheDraftIsFree(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.StartAsync();
        var drafts = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts), JobState.Done);

        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        var id = await studio.SubmitAsync(Finish(drafts, 0, 1));
        await gate.Reached;
        Assert.Equal(DraftState.Finishing, (await studio.FindAsync(drafts.Id)).Images[0].Draft);
        await studio.CancelAsync(id);
        studio.Engine.BeforeImage = (_, _, _) => Task.CompletedTask;
        studio.Engine.Unlucky = seed => seed == 7;
        var failed = await studio.WaitAsync(await studio.SubmitAsync(Finish(drafts, 0, 1) with { IdempotencyKey = "again" }), JobState.Done);

        // A draft was chosen with its seed, so no other seed is tried.
        Assert.Equal([JobPictureState.Failed, JobPictureState.Done], failed.Images.Select(picture => picture.State));
        Assert.Equal(1.75m, (await studio.QuotaAsync(Anna)).Used);
        Assert.Equal([DraftState.Open, DraftState.Finished], (await studio.FindAsync(drafts.Id)).Images.Take(2).Select(draft => draft.Draft));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Draft_FailedPicture_GivesItsPartOfACreditBack()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite, ("Quotas:DraftCredits", "0.1"));
        studio.Engine.NotANumber = index => index == 2;
        await studio.StartAsync();

        var drafts = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts), JobState.Done);

        Assert.Equal((0.3m, 0.9m, 0.1m), ((await studio.QuotaAsync(Anna)).Used, drafts.FinishCost, drafts.Refunded));
        Assert.Equal([DraftState.Open, DraftState.Open, null, DraftState.Open], drafts.Images.Select(draft => draft.Draft));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Finish_AfterARestart_GoesOnFromTheDecoder()
    {
        Guid id;
        await using (var before = await StudioAsync(DatabaseProvider.Sqlite))
        {
            await before.StartAsync();
            id = await before.SubmitAsync(FourDrafts);
            await before.WaitAsync(id, JobState.Done);
        }

        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await studio.StartAsync();
        await studio.Get<LeftoverFiles>().Stages.SweepAsync(Cancellation);
        await studio.WaitAsync(await studio.SubmitAsync(Finish(await studio.FindAsync(id), 2)), JobState.Done);

        Assert.Equal([0], Assert.Single(studio.Engine.Requests).Finished!.Keys);
    }

    [Fact]
    public async Task Finish_OfWhatIsNoOpenDraft_IsRefusedAndCostsNothing()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await studio.StartAsync();
        var drafts = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts), JobState.Done);
        var others = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts with { IdempotencyKey = "others" }), JobState.Done);
        var picture = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(Anna)), JobState.Done);
        var used = (await studio.QuotaAsync(Anna)).Used;

        Assert.IsType<NotFound>((await studio.TrySubmitAsync(Finish(picture, 0))).Refusal);
        Assert.IsType<NotFound>((await studio.TrySubmitAsync(Finish(drafts, 0) with { PersonId = Guid.NewGuid() })).Refusal);
        Assert.IsType<InvalidInput>((await studio.TrySubmitAsync(Finish(drafts, 0, 0))).Refusal);
        Assert.IsType<InvalidInput>((await studio.TrySubmitAsync(Finish(drafts, 0) with { Size = 64 })).Refusal);
        Assert.IsType<InvalidInput>((await studio.TrySubmitAsync(Finish(drafts, 0) with { Seed = 5 })).Refusal);
        Assert.IsType<InvalidInput>((await studio.TrySubmitAsync(Finish(drafts, 0) with { Operation = new FinishOperation([drafts.Images[0].ImageId!.Value, others.Images[0].ImageId!.Value]) })).Refusal);
        studio.Engine.Fingerprint = "another";
        Assert.IsType<Conflict>((await studio.TrySubmitAsync(Finish(drafts, 0))).Refusal);
        Assert.Equal(used, (await studio.QuotaAsync(Anna)).Used);
    }

    [Fact]
    public async Task Draft_OfAModelThatMakesPicturesInOnePiece_IsRefused()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        studio.Engine.DraftSize = null;
        await studio.PrepareAsync();

        Assert.Contains("in one piece", (await studio.TrySubmitAsync(FourDrafts)).Refusal?.Message, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Expiry_ClearsRowsAndFiles_ExceptDraftsThatAreBeingFinished(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, ("Generation:HangLimit", "00:00:00"));
        await studio.StartAsync();
        var drafts = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts), JobState.Done);
        var others = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts with { IdempotencyKey = "others" }), JobState.Done);
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        var id = await studio.SubmitAsync(Finish(others, 0));
        await gate.Reached;

        Assert.Empty(await studio.Get<ExpiredDrafts>().ClearAsync(Cancellation));
        studio.Clock.Advance(TimeSpan.FromHours(24));
        Assert.IsType<NotFound>((await studio.TrySubmitAsync(Finish(drafts, 0))).Refusal);
        foreach (var job in await studio.Get<ExpiredDrafts>().ClearAsync(Cancellation))
        {
            await studio.Get<LeftoverFiles>().Stages.RemoveIfOverAsync(job, Cancellation);
        }

        gate.Open();
        await studio.WaitAsync(id, JobState.Done);
        Assert.All((await studio.FindAsync(drafts.Id)).Images, draft => Assert.Equal((DraftState.Expired, null), (draft.Draft, draft.ImageId)));
        await using var database = studio.OpenDatabase();
        Assert.Equal([others.Images[0].ImageId!.Value], await database.Pictures.Where(row => row.Kind == JobKinds.Draft && row.ContentHash != "").Select(row => row.Id).ToListAsync(Cancellation));
        Assert.False(Directory.Exists(Path.Combine(studio.Folder.Stages, $"{drafts.Id:N}")));
        Assert.True(Directory.Exists(Path.Combine(studio.Folder.Stages, $"{others.Id:N}")));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Drafts_AreNotInTheGallery_AndTheFinishedPictureIsAGeneratedOne()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await studio.StartAsync();
        var drafts = await studio.WaitAsync(await studio.SubmitAsync(FourDrafts), JobState.Done);
        var draft = drafts.Images[0].ImageId!.Value;

        Assert.Null(await studio.Get<IPictureQueries>().FindPictureAsync(AnnaHerself, draft, Cancellation));
        Assert.NotNull(await studio.Get<IPictureQueries>().FindDraftAsync(AnnaHerself, draft, Cancellation));
        Assert.Null(await studio.Get<IPictureQueries>().FindDraftAsync(Studio.Somebody, draft, Cancellation));
        Assert.IsType<NotFound>((await studio.TrySubmitAsync(TestRequests.FoxOf(Anna, "vary") with { Prompt = "", Operation = new VaryOperation(draft) })).Refusal);
        Assert.Empty((await studio.Get<ICredits>().UsageAsync(studio.Clock.GetUtcNow().AddDays(-1), studio.Clock.GetUtcNow().AddDays(1), Cancellation)));
        var finished = await studio.WaitAsync(await studio.SubmitAsync(Finish(drafts, 0)), JobState.Done);

        var picture = await studio.Get<IPictureQueries>().FindPictureAsync(Studio.Somebody, finished.Images[0].ImageId!.Value, Cancellation);
        Assert.Equal((JobKinds.Generate, 7u, Visibilities.Team), (picture!.Kind, picture.Seed, finished.Images[0].Visibility));
        var family = await studio.Get<IFamily>().FindAsync(AnnaHerself, picture.Id, Cancellation);
        Assert.Empty(family!.Parents);
    }

    public void Dispose() => folder.Dispose();

    private static NewJob Finish(JobView drafts, params int[] indices) => new()
    {
        IdempotencyKey = $"finish {string.Join(' ', indices)}",
        PersonId = Anna,
        Operation = new FinishOperation([.. indices.Select(index => drafts.Images[index].ImageId!.Value)]),
    };

    private async Task<Studio> StudioAsync(DatabaseProvider provider, params (string Key, string Value)[] settings) => new(
        folder.Path,
        settings: settings.Aggregate(await postgres.SettingsAsync(provider), (all, setting) => all.With(setting.Key, setting.Value)));
}
