using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Queue;

public sealed class SubmissionsTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public SubmissionsTests() => studio = new Studio(folder.Path);

    [Fact]
    public async Task SubmitAsync_ValidRequest_QueuesJobAndPictures()
    {
        await studio.PrepareAsync();

        var id = await studio.SubmitAsync(TestRequests.Fox() with { Seed = uint.MaxValue, Prompt = "  a fox  " });

        var job = await studio.FindAsync(id);
        Assert.Equal((JobState.Queued, "a fox", "starter", 64, uint.MaxValue, 1), (job.State, job.Prompt, job.Model, job.Size, job.Seed, job.Position));
        Assert.Equal([uint.MaxValue, 0], job.Images.Select(image => image.Seed));
        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Queued, image.State));
        Assert.Equal(studio.Clock.GetUtcNow(), job.CreatedAt);
    }

    [Fact]
    public async Task SubmitAsync_NoSeed_ChoosesAndStoresOne()
    {
        await studio.PrepareAsync();

        var first = await studio.FindAsync(await studio.SubmitAsync(TestRequests.Fox("1") with { Seed = null }));
        var second = await studio.FindAsync(await studio.SubmitAsync(TestRequests.Fox("2") with { Seed = null }));

        Assert.NotEqual(first.Seed, second.Seed);
        Assert.Equal(first.Seed, first.Images[0].Seed);
    }

    [Fact]
    public async Task SubmitAsync_SameKeyFromSixteenSides_MakesOneJob()
    {
        await studio.PrepareAsync();
        var request = TestRequests.Fox() with { Seed = null };

        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => studio.SubmitAsync(request))));

        Assert.Single(ids.Distinct());
        Assert.Equal((1, 2), await RowsAsync());
    }

    [Fact]
    public async Task SubmitAsync_SixteenKeysAtOnce_MakesSixteenJobs()
    {
        await studio.PrepareAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(key => Task.Run(() => studio.SubmitAsync(TestRequests.Fox($"key {key}")))));

        Assert.Equal(16, ids.Distinct().Count());
        Assert.Equal((16, 32), await RowsAsync());
    }

    [Fact]
    public async Task SubmitAsync_SameKeyAnotherBody_IsAConflict()
    {
        await studio.PrepareAsync();
        await studio.SubmitAsync(TestRequests.Fox());

        Refused<Conflict>(await studio.TrySubmitAsync(TestRequests.Fox() with { Prompt = "a bear" }));
        Assert.Equal((1, 2), await RowsAsync());
    }

    public static TheoryData<string, string> Invalid => new()
    {
        { "prompt", "empty" },
        { "prompt", "long" },
        { "request", "engine" },
        { "negativePrompt", "negative" },
        { "count", "none" },
        { "count", "many" },
        { "size", "size" },
        { "model", "model" },
        { "idempotencyKey", "key" },
        { "idempotencyKey", "no key" },
    };

    [Theory]
    [MemberData(nameof(Invalid))]
    public async Task SubmitAsync_InvalidField_IsRefusedAndWritesNothing(string field, string fault)
    {
        await studio.PrepareAsync();
        studio.Engine.Refusal = fault == "engine" ? "512 pixels is not a size that can be made." : null;
        var request = fault switch
        {
            "empty" => TestRequests.Fox() with { Prompt = " \n" },
            "long" => TestRequests.Fox() with { Prompt = new string('x', GenerationRequest.MaximumPromptLength + 1) },
            "negative" => TestRequests.Fox() with { NegativePrompt = new string('x', GenerationRequest.MaximumPromptLength + 1) },
            "none" => TestRequests.Fox(count: 0),
            "many" => TestRequests.Fox(count: GenerationRequest.MaximumCount + 1),
            "size" => TestRequests.Fox() with { Size = 100 },
            "model" => TestRequests.Fox() with { Model = "sdxl" },
            "key" => TestRequests.Fox(new string('k', 201)),
            "no key" => TestRequests.Fox(" "),
            _ => TestRequests.Fox(),
        };

        var refusal = Refused<InvalidInput>(await studio.TrySubmitAsync(request));

        Assert.Equal(field, refusal.Field);
        Assert.Equal((0, 0), await RowsAsync());
    }

    [Fact]
    public async Task SubmitAsync_SizesOfItsOwn_AreThoseThatAModelTakes()
    {
        await studio.PrepareAsync();
        studio.Engine.Sizes = [new(512, 512), new(768, 768)];

        await studio.SubmitAsync(TestRequests.Fox() with { Size = 768 });
        var refusal = Refused<InvalidInput>(await studio.TrySubmitAsync(TestRequests.Fox("another") with { Size = 1024 }));

        Assert.Equal(("size", "Pictures of 1024 pixels are not offered; choose 512, 768."), (refusal.Field, refusal.Message));
    }

    [Fact]
    public async Task SubmitAsync_UnknownModel_NamesTheOnesThereAre()
    {
        await studio.PrepareAsync();

        var refusal = Refused<InvalidInput>(await studio.TrySubmitAsync(TestRequests.Fox() with { Model = "sdxl" }));

        Assert.Equal("There is no model called sdxl; this installation has karlo, starter.", refusal.Message);
    }

    [Fact]
    public async Task SubmitAsync_DamagedModel_IsNamedWithoutItsFiles()
    {
        await studio.PrepareAsync();
        studio.Engines.Damaged = new ModelException("models/starter/prior is cut short; copy it again.");
        var refusal = Refused<ModelUnavailable>(await studio.TrySubmitAsync(TestRequests.Fox()));
        Assert.Equal(ModelUnavailable.Of("starter"), refusal);
        Assert.Equal((0, 0), await RowsAsync());
    }

    [Fact]
    public async Task SubmitAsync_NoModel_IsUnavailable()
    {
        await studio.PrepareAsync();
        studio.Engines.Models = [];
        Refused<Unavailable>(await studio.TrySubmitAsync(TestRequests.Fox()));
        Assert.Equal((0, 0), await RowsAsync());
    }

    [Fact]
    public async Task CancelAsync_Queued_CancelsJobAndPictures()
    {
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox());

        var job = await studio.CancelAsync(id);

        Assert.Equal(JobState.Cancelled, job.State);
        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Cancelled, image.State));
        await studio.StartAsync();
        Assert.Empty(studio.Engine.Requests);
    }

    [Fact]
    public async Task CancelAsync_UnknownJob_IsNotFound()
    {
        await studio.PrepareAsync();

        var result = await studio.Get<ICancellations>().CancelAsync(
            new Actor(Guid.NewGuid(), PersonRoles.Administrator), Guid.NewGuid(), TestContext.Current.CancellationToken);

        Assert.False(result.TryGet(out _, out var refusal));
        Assert.IsType<NotFound>(refusal);
    }

    [Fact]
    public async Task Cancel_OfAnotherPersonsJob_IsRefused()
    {
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid()));
        var stranger = new Actor(Guid.NewGuid(), PersonRoles.Member);
        var cancellations = studio.Get<ICancellations>();

        Assert.False((await cancellations.CancelAsync(stranger, id, TestContext.Current.CancellationToken)).TryGet(out _, out var job));
        Assert.False((await cancellations.CancelPictureAsync(stranger, id, 0, TestContext.Current.CancellationToken)).TryGet(out _, out var picture));
        Assert.False((await cancellations.CancelAsync(stranger, id, "for fun", TestContext.Current.CancellationToken)).TryGet(out _, out var byReason));

        Assert.IsType<NotFound>(job);
        Assert.IsType<NotFound>(picture);
        Assert.IsType<Forbidden>(byReason);
        Assert.Equal(JobState.Queued, (await studio.Get<IJobQueries>().FindAsync(id, TestContext.Current.CancellationToken))!.State);
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private static T Refused<T>(Result<Guid> result)
        where T : Refusal
    {
        Assert.False(result.TryGet(out _, out var refusal));
        return Assert.IsType<T>(refusal);
    }

    private async Task<(int Jobs, int Images)> RowsAsync()
    {
        await using var database = studio.OpenDatabase();
        return (await database.Jobs.CountAsync(TestContext.Current.CancellationToken), await database.JobPictures.CountAsync(TestContext.Current.CancellationToken));
    }
}
