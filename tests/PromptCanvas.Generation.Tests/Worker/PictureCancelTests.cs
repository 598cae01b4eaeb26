using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>Cancelling one picture of a job refunds one credit, and the others continue. On both databases.</summary>
public sealed class PictureCancelTests(PostgresServer postgres)
{
    private static readonly Guid Fay = new("5c6f7f0e-7d0f-4a9e-9d59-6f2f3ab1d0fa");
    private static readonly Actor FayHerself = new(Fay, PersonRoles.Member);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task CancelPictureAsync_Waiting_RefundsItAndMakesTheOthers(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, settings: await postgres.SettingsAsync(provider));
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 3));

        var job = await CancelAsync(studio, id, 1);

        Assert.Equal((JobState.Queued, JobPictureState.Cancelled), (job.State, job.Images[1].State));
        Assert.Equal(2, (await studio.QuotaAsync(Fay)).Used);
        await studio.StartAsync();
        job = await studio.WaitAsync(id, JobState.Done);
        Assert.Equal([JobPictureState.Done, JobPictureState.Cancelled, JobPictureState.Done], job.Images.Select(image => image.State));
        Assert.Equal([0, 2], Assert.Single(studio.Engine.Requests).ImageIndices!);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task CancelPictureAsync_OnTheEngine_DropsItThereAndMakesTheOthers(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, settings: await postgres.SettingsAsync(provider));
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 2));
        await gate.Reached;

        var job = await CancelAsync(studio, id, 0);
        gate.Open();

        Assert.Equal(JobState.Running, job.State);
        job = await studio.WaitAsync(id, JobState.Done);
        Assert.Equal([JobPictureState.Cancelled, JobPictureState.Done], job.Images.Select(image => image.State));
        Assert.Equal(1, (await studio.QuotaAsync(Fay)).Used);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task CancelPictureAsync_LastOpenOne_EndsTheJob(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, settings: await postgres.SettingsAsync(provider));
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, index, token) => index == 1 ? gate.PassAsync(token) : Task.CompletedTask;
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 2));
        await gate.Reached;
        await studio.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);

        var job = await CancelAsync(studio, id, 1);

        Assert.Equal((JobState.Done, JobPictureState.Done, JobPictureState.Cancelled), (job.State, job.Images[0].State, job.Images[1].State));
        Assert.Equal(1, (await studio.QuotaAsync(Fay)).Used);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task CancelPictureAsync_EveryPictureOfAWaitingJob_CancelsTheJob()
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path);
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 2));

        await CancelAsync(studio, id, 0);
        var job = await CancelAsync(studio, id, 1);

        Assert.Equal(JobState.Cancelled, job.State);
        Assert.Equal(0, (await studio.QuotaAsync(Fay)).Used);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task CancelPictureAsync_FinishedOrCancelledPicture_StaysAsItIs()
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path);
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 2));
        await studio.WaitAsync(id, JobState.Done);

        var job = await CancelAsync(studio, id, 0);

        Assert.Equal((JobState.Done, JobPictureState.Done), (job.State, job.Images[0].State));
        Assert.Equal(2, (await studio.QuotaAsync(Fay)).Used);
        Assert.False((await studio.Get<ICancellations>().CancelPictureAsync(FayHerself, id, 2, Cancellation)).TryGet(out _, out var refusal));
        Assert.IsType<NotFound>(refusal);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task CancelPictureAsync_ManyAtOnceWhileTheyFinish_RefundsEachOnce(DatabaseProvider provider)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, settings: await postgres.SettingsAsync(provider));
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Fay, count: 8));

        await Task.WhenAll(Enumerable.Range(0, 16).Select(turn => Task.Run(() => studio.Get<ICancellations>().CancelPictureAsync(FayHerself, id, turn % 8, Cancellation))));

        var job = await studio.WaitAsync(id, job => job.State is JobState.Done or JobState.Cancelled);
        Assert.Equal(job.Images.Count(image => image.State == JobPictureState.Done), (await studio.QuotaAsync(Fay)).Used);
        await studio.ConsistentAsync();
    }

    private static async Task<JobView> CancelAsync(Studio studio, Guid jobId, int index)
    {
        var result = await studio.Get<ICancellations>().CancelPictureAsync(FayHerself, jobId, index, Cancellation);
        Assert.True(result.TryGet(out var job, out var refusal), refusal?.Message);
        return job;
    }
}
