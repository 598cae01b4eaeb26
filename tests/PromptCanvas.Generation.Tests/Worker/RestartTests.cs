using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>Successive studios on one data folder.</summary>
public sealed class RestartTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Start_AfterAKill_MakesOnlyTheMissingPicturesAndFencesTheDeadWorker()
    {
        var gate = new Gate();
        await using var dead = new Studio(folder.Path);
        dead.Engine.BeforeImage = (_, index, token) => index == 1 ? gate.PassAsync(token) : Task.CompletedTask;
        await dead.StartAsync();
        var id = await dead.SubmitAsync(TestRequests.Fox(count: 3));
        var before = await dead.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);
        await gate.Reached;
        dead.ReleaseFolderLock();

        await using var next = new Studio(folder.Path);
        await next.StartAsync();
        var after = await next.WaitAsync(id, JobState.Done);

        Assert.Equal([1, 2], Assert.Single(next.Engine.Requests).ImageIndices!);
        Assert.Equal(before.Images[0], after.Images[0]);
        Assert.Equal([7u, 8, 9], after.Images.Select(image => image.Seed));

        // The old worker finishes late: its fencing token is stale, so none of its writes succeeds.
        gate.Open();
        await dead.StopAsync();
        Assert.Equal(after.Images, (await next.FindAsync(id)).Images);
        await using var database = next.OpenDatabase();
        Assert.Equal(3, await database.Pictures.CountAsync(Cancellation));
        var row = await database.Jobs.SingleAsync(Cancellation);
        Assert.Equal((1, 2, 3), (row.CrashCount, row.Attempt, row.CompletedImages));
    }

    [Fact]
    public async Task Stop_WithARunningJob_HandsItBackWithoutACrash()
    {
        Guid id;
        await using (var first = new Studio(folder.Path))
        {
            var gate = new Gate();
            first.Engine.BeforeImage = (_, index, token) => index == 1 ? gate.PassAsync(token) : Task.CompletedTask;
            await first.StartAsync();
            id = await first.SubmitAsync(TestRequests.Fox(count: 3));
            await first.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);
            await gate.Reached;
            await first.StopAsync();

            var handedBack = await first.FindAsync(id);
            Assert.Equal(JobState.Queued, handedBack.State);
            Assert.Equal([JobPictureState.Done, JobPictureState.Queued, JobPictureState.Queued], handedBack.Images.Select(image => image.State));
        }

        await using var second = new Studio(folder.Path);
        await second.StartAsync();
        await second.WaitAsync(id, JobState.Done);

        Assert.Equal([1, 2], Assert.Single(second.Engine.Requests).ImageIndices!);
        await using var database = second.OpenDatabase();
        Assert.Equal(0, (await database.Jobs.SingleAsync(Cancellation)).CrashCount);
    }

    [Fact]
    public async Task Stop_EngineEndsWithAFaultOfItsOwn_HandsTheJobBack()
    {
        await using var studio = new Studio(folder.Path);
        var gate = new Gate();
        studio.Engine.BeforeImage = async (_, _, token) =>
        {
            await gate.PassAsync(token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new ObjectDisposedException("engine");
        };
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox());
        await gate.Reached;

        await studio.StopAsync();

        var job = await studio.FindAsync(id);
        Assert.Equal((JobState.Queued, null), (job.State, job.Error));
    }

    [Fact]
    public async Task Start_KilledBetweenTheLastPictureAndTheJobsEnd_EndsItWithoutTheEngine()
    {
        Guid id;
        await using (var first = new Studio(folder.Path))
        {
            await first.StartAsync();
            id = (await first.WaitAsync(await first.SubmitAsync(TestRequests.Fox()), JobState.Done)).Id;
            await using var database = first.OpenDatabase();
            await database.Jobs.ExecuteUpdateAsync(
                change => change.SetProperty(job => job.State, JobState.Running).SetProperty(job => job.FinishedAt, (DateTimeOffset?)null), Cancellation);
        }

        await using var next = new Studio(folder.Path);
        await next.StartAsync();
        var job = await next.WaitAsync(id, JobState.Done);

        Assert.Empty(next.Engine.Requests);
        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Done, image.State));
    }

    [Fact]
    public async Task Start_AnotherServiceFails_TakesNoJob()
    {
        await using (var first = new Studio(folder.Path))
        {
            await first.PrepareAsync();
            await first.SubmitAsync(TestRequests.Fox());
        }

        var gate = new Gate();
        await using var studio = new Studio(folder.Path, change: services => services.AddSingleton<IHostedService>(new PortInUse(gate)));
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);

        await Assert.ThrowsAsync<IOException>(studio.StartAsync);

        Assert.Empty(studio.Engine.Requests);
        await using var database = studio.OpenDatabase();
        var row = await database.Jobs.SingleAsync(Cancellation);
        Assert.Equal((JobState.Queued, 0), (row.State, row.Attempt));
    }

    [Fact]
    public async Task Start_AfterTheThirdCrash_GivesTheJobUpWithAReason()
    {
        Guid id;
        await using (var studio = new Studio(folder.Path))
        {
            await studio.PrepareAsync();
            id = await studio.SubmitAsync(TestRequests.Fox());
            await MarkRunningAsync(studio, id);
        }

        for (var crash = 1; crash <= 2; crash++)
        {
            await using var studio = new Studio(folder.Path);
            await studio.PrepareAsync();
            Assert.Equal(JobState.Queued, (await studio.FindAsync(id)).State);
            await MarkRunningAsync(studio, id);
        }

        await using var last = new Studio(folder.Path);
        await last.StartAsync();

        var job = await last.FindAsync(id);
        Assert.Equal(JobState.Failed, job.State);
        Assert.Contains("stopped 3 times", job.Error, StringComparison.Ordinal);
        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Failed, image.State));
        Assert.Empty(last.Engine.Requests);
    }

    [Fact]
    public async Task Worker_JobThatWasPartOfACrash_RunsAloneAndFirst()
    {
        Guid suspect;
        await using (var studio = new Studio(folder.Path))
        {
            await studio.PrepareAsync();
            suspect = await studio.SubmitAsync(TestRequests.Fox("suspect"));
            await MarkRunningAsync(studio, suspect);
        }

        await using var next = new Studio(folder.Path);
        var gate = new Gate();
        next.Engine.BeforeImage = (request, _, token) => request.Prompt == "other" ? Task.CompletedTask : gate.PassAsync(token);
        await next.StartAsync();
        await gate.Reached;
        var other = await next.SubmitAsync(TestRequests.Fox("other") with { Prompt = "other" });

        Assert.Equal(JobState.Queued, (await next.FindAsync(other)).State);
        gate.Open();
        await next.WaitAsync(suspect, JobState.Done);
        await next.WaitAsync(other, JobState.Done);
        Assert.Equal(["a fox 🦊 in the snow", "other"], next.Engine.Requests.Select(request => request.Prompt));
    }

    [Fact]
    public async Task Start_AfterPicturesWereMade_KnowsHowLongTheyTake()
    {
        await using (var first = new Studio(folder.Path))
        {
            await first.StartAsync();
            await first.WaitAsync(await first.SubmitAsync(TestRequests.Fox("first")), JobState.Done);
        }

        await using var next = await new Studio(folder.Path).PrepareAsync();
        var job = await next.FindAsync(await next.SubmitAsync(TestRequests.Fox("next", count: 3)));

        // Each picture took 0.5 s in the prior and 1.5 s in the decoder.
        Assert.Equal(6, job.EtaSeconds!.Value, 1e-9);
    }

    [Fact]
    public async Task Prepare_SecondStudioOnTheFolder_SaysSoInOneSentence()
    {
        await using var first = new Studio(folder.Path);
        await first.PrepareAsync();
        await using var second = new Studio(folder.Path);

        var refusal = await Assert.ThrowsAsync<StartupException>(second.PrepareAsync);

        Assert.StartsWith($"Another PromptCanvas is already using the data folder {folder.Path};", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_SettingOutOfRange_NamesIt()
    {
        await using var studio = new Studio(folder.Path, settings: new() { ["Generation:ConcurrentJobs"] = "0" });

        var refusal = Assert.Throws<OptionsValidationException>(() => studio.Get<IOptions<GenerationOptions>>().Value);

        Assert.Contains("ConcurrentJobs", refusal.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<StartupException>(studio.PrepareAsync);
    }

    public void Dispose() => folder.Dispose();

    private static async Task MarkRunningAsync(Studio studio, Guid id)
    {
        await using var database = studio.OpenDatabase();
        await database.Jobs.Where(job => job.Id == id).ExecuteUpdateAsync(change => change.SetProperty(job => job.State, JobState.Running), Cancellation);
        await database.JobPictures.Where(image => image.JobId == id)
            .ExecuteUpdateAsync(change => change.SetProperty(image => image.State, JobPictureState.Running), Cancellation);
    }

    /// <summary>Fails like a web server whose port is in use, after giving the worker time to claim.</summary>
    private sealed class PortInUse(Gate engine) : IHostedService
    {
        private static readonly TimeSpan ClaimTime = TimeSpan.FromSeconds(1);

        public async Task StartAsync(CancellationToken cancellationToken)
        {
            await Task.WhenAny(engine.Reached, Task.Delay(ClaimTime, cancellationToken));
            throw new IOException("The port is in use.");
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
