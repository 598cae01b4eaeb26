using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>Concurrent cancel, finish and recovery, leases, and unreachable databases: rows 6, 7, 9, 15, 17, 20, 21, 26 and 27 of the fault catalogue.</summary>
public sealed class RaceTests(PostgresServer server) : IDisposable
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Cancel_AgainstFinish_HasOneWinner(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        for (var round = 0; round < 10; round++)
        {
            var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna, $"key {round}", count: 1));
            var claim = await ClaimAsync(studio);
            var finish = Task.Run(() => studio.Get<JobProgress>().FinishPictureAsync(claim, Picture(claim), Cancellation));
            await Task.WhenAll(finish, Task.Run(() => studio.CancelAsync(id)));

            // Both may succeed: first finished, then cancelled with the picture kept.
            var job = await studio.FindAsync(id);
            Assert.Equal(JobState.Cancelled, job.State);
            Assert.Equal(await finish == PictureWrite.Written ? JobPictureState.Done : JobPictureState.Cancelled, job.Images[0].State);
        }

        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Recovery_AgainstFinishAndCancel_HasOneWinner(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        for (var round = 0; round < 10; round++)
        {
            var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna, $"key {round}", count: 1));
            var claim = await ClaimAsync(studio);
            await ExpireAsync(studio, id);
            var finish = Task.Run(() => studio.Get<JobProgress>().FinishPictureAsync(claim, Picture(claim), Cancellation));
            var end = Task.Run(() => studio.Get<JobProgress>().EndAsync(claim, "Nothing came.", Cancellation));
            await Task.WhenAll(
                finish, end, Task.Run(() => studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation)), Task.Run(() => studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation)), Task.Run(() => studio.CancelAsync(id)));

            Assert.NotEqual(JobState.Running, (await studio.FindAsync(id)).State);
            await studio.CancelAsync(id);
            await studio.ConsistentAsync();
        }
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Finish_AfterARecovery_IsTooLateAndWritesNothing(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 1));
        var stale = await ClaimAsync(studio);
        await ExpireAsync(studio, id);
        Assert.Equal(1, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));
        var fresh = await ClaimAsync(studio);

        Assert.Equal(PictureWrite.Fenced, await studio.Get<JobProgress>().FinishPictureAsync(stale, Picture(stale), Cancellation));
        Assert.Equal(PictureWrite.Fenced, await studio.Get<JobProgress>().FailPictureAsync(stale, 0, "Too late.", Cancellation));
        Assert.Null(await studio.Get<JobProgress>().EndAsync(stale, "Too late.", Cancellation));
        Assert.False(await studio.Get<JobProgress>().HandBackAsync(stale, TimeSpan.Zero, Cancellation));
        Assert.Equal(PictureWrite.Written, await studio.Get<JobProgress>().FinishPictureAsync(fresh, Picture(fresh), Cancellation));
        Assert.Equal(JobState.Done, await studio.Get<JobProgress>().EndAsync(fresh, "", Cancellation));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Save_AfterLeaseRecovery_LeavesNoFileForTheSweep(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 1));
        var stale = await ClaimAsync(studio);
        await ExpireAsync(studio, id);
        Assert.Equal(1, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));
        var fresh = await ClaimAsync(studio);
        var saver = studio.Get<PictureSaver>();

        Assert.Equal(PictureWrite.Fenced, await saver.SaveAsync(stale, Completed(stale, brightness: -1), null, Cancellation));
        Assert.Equal(PictureWrite.Written, await saver.SaveAsync(fresh, Completed(fresh, brightness: 1), null, Cancellation));

        // The file may not be removed at once: it could belong to another worker that has not written its row yet.
        Assert.Equal(4, Files(studio).Count);
        studio.Clock.Advance(TimeSpan.FromHours(25));
        await studio.Get<Orphans>().SweepAsync(Cancellation);
        await using var database = studio.OpenDatabase();
        var picture = await database.Pictures.SingleAsync(Cancellation);
        Assert.Equal(new[] { picture.ContentHash, picture.ThumbnailHash }.Order(StringComparer.Ordinal), Files(studio));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Recovery_LiveLeasesAndFinishedJobs_AreLeftAlone(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var ids = new List<Guid>();
        for (var number = 0; number < 3; number++)
        {
            ids.Add(await studio.SubmitAsync(TestRequests.FoxOf(Anna, $"key {number}", count: 1)));
        }

        await ClaimAsync(studio);
        var finished = await ClaimAsync(studio);
        await studio.Get<JobProgress>().FinishPictureAsync(finished, Picture(finished), Cancellation);
        await studio.Get<JobProgress>().EndAsync(finished, "", Cancellation);

        // Leases use the database's clock: an hour on the studio's clock recovers nothing.
        studio.Clock.Advance(TimeSpan.FromHours(1));
        Assert.Equal(0, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));

        await ExpireAsync(studio, ids[0]);
        Assert.Equal(1, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));
        Assert.Equal(0, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));
        Assert.Equal([JobState.Queued, JobState.Done, JobState.Queued], [(await studio.FindAsync(ids[0])).State, (await studio.FindAsync(ids[1])).State, (await studio.FindAsync(ids[2])).State]);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Recovery_ThirdCrashWithOnePictureDone_DeliversThatAndGivesTheRestBack(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, settings => settings.With("Generation:Lease", "00:00:01"));
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 3));
        for (var crash = 1; crash <= 3; crash++)
        {
            var claim = await ClaimAsync(studio);
            if (crash == 1)
            {
                await studio.Get<JobProgress>().FinishPictureAsync(claim, Picture(claim), Cancellation);
            }

            await ExpireAsync(studio, id);
            await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation);
        }

        var job = await studio.FindAsync(id);
        Assert.Equal(JobState.Done, job.State);
        Assert.Equal([JobPictureState.Done, JobPictureState.Failed, JobPictureState.Failed], job.Images.Select(image => image.State));
        Assert.Equal(1, (await studio.QuotaAsync(Anna)).Used);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Heartbeat_OwnAndLostJobs_RenewsTheOneAndStopsTheOther(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var kept = await studio.SubmitAsync(TestRequests.FoxOf(Anna, "kept"));
        var lost = await studio.SubmitAsync(TestRequests.FoxOf(Anna, "lost"));
        var taken = await studio.SubmitAsync(TestRequests.FoxOf(Anna, "taken"));
        var stopped = new List<Guid>();
        foreach (var _ in new[] { kept, lost, taken })
        {
            var claim = await ClaimAsync(studio);
            studio.Get<HeldLeases>().Hold(claim, () => stopped.Add(claim.Id));
        }

        await ExpireAsync(studio, kept);
        await studio.CancelAsync(lost);
        await using (var another = studio.OpenDatabase())
        {
            await another.Jobs.Where(job => job.Id == taken).ExecuteUpdateAsync(change => change.SetProperty(job => job.Fence, job => job.Fence + 1), Cancellation);
        }

        using var log = new RecordedLog();
        studio.Get<Heartbeat>().Beat(log);

        // A job that has ended is no reason to worry; one that another worker runs is.
        Assert.Equal([lost, taken], stopped.OrderBy(id => id == taken));
        Assert.Contains(taken.ToString(), Assert.Single(log.Warnings), StringComparison.Ordinal);
        Assert.Equal(0, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));
        await using var database = studio.OpenDatabase();
        Assert.Equal(0, (await database.Jobs.SingleAsync(job => job.Id == kept, Cancellation)).CrashCount);
    }

    [Fact]
    public async Task Heartbeat_DatabaseAwayForMostOfALease_LeavesTheJobToOthers()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite, settings => settings.With("Generation:SharedQueue", "true"), AwayDatabases.Insert);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        var stopped = 0;
        studio.Get<HeldLeases>().Hold(await ClaimAsync(studio), () => stopped++);
        studio.Get<Heartbeat>().Beat(NullLogger.Instance);
        studio.Get<AwayDatabases>().Away = true;

        studio.Clock.Advance(TimeSpan.FromSeconds(24));
        studio.Get<Heartbeat>().Beat(NullLogger.Instance);
        Assert.Equal(0, stopped);
        studio.Clock.Advance(TimeSpan.FromSeconds(1));
        studio.Get<Heartbeat>().Beat(NullLogger.Instance);

        Assert.Equal(1, stopped);
    }

    [Fact]
    public async Task Heartbeat_ThatWaitsForTheDatabase_LeasesEndInTime()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite, settings => settings.With("Generation:SharedQueue", "true"));
        await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        var stopped = 0;
        studio.Get<HeldLeases>().Hold(await ClaimAsync(studio), () => stopped++);
        studio.Get<Heartbeat>().Beat(NullLogger.Instance);

        // The next beat hangs in its query.
        studio.Clock.Advance(TimeSpan.FromSeconds(24));
        studio.Get<Heartbeat>().Watch(NullLogger.Instance);
        Assert.Equal(0, stopped);
        studio.Clock.Advance(TimeSpan.FromSeconds(1));
        studio.Get<Heartbeat>().Watch(NullLogger.Instance);

        Assert.Equal(1, stopped);
    }

    [Fact]
    public async Task CrashBudget_FiveCrashesInTenMinutes_PausesTheQueue()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        var budget = studio.Get<CrashBudget>();
        for (var crash = 0; crash < 8; crash++)
        {
            // One crash every three minutes stays within the budget.
            await budget.CountAsync(Cancellation);
            studio.Clock.Advance(TimeSpan.FromMinutes(3));
        }

        Assert.Null((await studio.Get<IQueueAdmin>().LookAsync(1, Cancellation)).PausedAt);
        await budget.CountAsync(Cancellation);
        await budget.CountAsync(Cancellation);

        Assert.NotNull((await studio.Get<IQueueAdmin>().LookAsync(1, Cancellation)).PausedAt);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        Assert.Empty(await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));
    }

    [Fact]
    public async Task Watchdog_EngineThatDoesNothing_EndsTheProcess()
    {
        var ended = new RecordedEnd();
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite, change: services => services.AddSingleton<ProcessEnd>(ended));
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        studio.Clock.Advance(TimeSpan.FromHours(2));
        Assert.False(ended.Ended.IsCompleted);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        await gate.Reached;

        studio.Clock.Advance(TimeSpan.FromMinutes(12));

        await ended.Ended.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);
        gate.Open();
    }

    [Fact]
    public void Watchdog_EngineWhoseStepsTakeMinutes_HasTenTimesAsLong()
    {
        var clock = new Microsoft.Extensions.Time.Testing.FakeTimeProvider();
        var progress = new EngineProgress(new Failpoints(null), clock);
        var floor = TimeSpan.FromMinutes(10);
        using var work = progress.Begin();
        Assert.Equal(floor, Watchdog.LimitOf(progress.Usual, floor));

        // The first silence includes loading the model; it decays over the following steps.
        Step(TimeSpan.FromMinutes(8), 1);
        Assert.Equal(TimeSpan.FromMinutes(80), Watchdog.LimitOf(progress.Usual, floor));
        Step(TimeSpan.FromMinutes(2), 500);
        Assert.InRange(Watchdog.LimitOf(progress.Usual, floor), TimeSpan.FromMinutes(20), TimeSpan.FromMinutes(21));
        Step(TimeSpan.FromSeconds(1), 500);
        Assert.Equal(floor, Watchdog.LimitOf(progress.Usual, floor));

        void Step(TimeSpan silence, int times)
        {
            for (; times > 0; times--)
            {
                clock.Advance(silence);
                progress.Happened();
            }
        }
    }

    [Fact]
    public async Task Submit_DatabaseLockedForSeconds_WaitsAndRunningJobsLive()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        var running = await studio.SubmitAsync(TestRequests.FoxOf(Anna, "running"));
        var claim = await ClaimAsync(studio);
        using var lease = studio.Get<HeldLeases>().Hold(claim, () => Assert.Fail("The lease was lost."));
        await using var database = studio.OpenDatabase();
        await using var locked = await database.Database.BeginTransactionAsync(Cancellation);

        var submit = Task.Run(() => studio.SubmitAsync(TestRequests.FoxOf(Anna, "waiting")));
        var beat = Task.Run(() => studio.Get<Heartbeat>().Beat(NullLogger.Instance), Cancellation);
        Assert.NotSame(submit, await Task.WhenAny(submit, Task.Delay(TimeSpan.FromSeconds(2), Cancellation)));
        await locked.RollbackAsync(Cancellation);

        await submit;
        await beat;
        Assert.Equal(0, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));
        Assert.Equal(JobState.Running, (await studio.FindAsync(running)).State);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Submit_DatabaseLockedForTooLong_IsUnavailableAndChargesNothing()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        var before = await studio.QuotaAsync(Anna);
        Result<Guid> result;
        await using (var database = studio.OpenDatabase())
        await using (await database.Database.BeginTransactionAsync(Cancellation))
        {
            result = await studio.TrySubmitAsync(TestRequests.FoxOf(Anna));
        }

        Assert.False(result.TryGet(out _, out var refusal));
        Assert.Equal("The database is busy; try again in a moment.", Assert.IsType<Unavailable>(refusal).Message);
        Assert.Equal(before, await studio.QuotaAsync(Anna));
        await studio.SubmitAsync(TestRequests.FoxOf(Anna));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_OneBehindHundreds_IsNext(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        for (var number = 0; number < 150; number++)
        {
            await studio.SubmitAsync(TestRequests.FoxOf(Anna, $"key {number}", count: 1));
        }

        await ClaimAsync(studio);
        var other = await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid(), count: 1));

        Assert.Equal(1, (await studio.FindAsync(other)).Position);
        Assert.Equal(other, (await ClaimAsync(studio)).Id);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Admin_MovesOrCancelsWhatIsClaimed_NothingComesBackToLife(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        var claim = await ClaimAsync(studio);

        Assert.False((await studio.Get<IQueueAdmin>().MoveToFrontAsync(id, Cancellation)).TryGet(out _, out _));
        await studio.Get<ICancellations>().CancelAllOfAsync(Anna, "The account is suspended.", Cancellation);
        Assert.False(await studio.Get<JobProgress>().HandBackAsync(claim, TimeSpan.Zero, Cancellation));
        await ExpireAsync(studio, id);
        Assert.Equal(0, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));

        Assert.Equal(JobState.Cancelled, (await studio.FindAsync(id)).State);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task PostgreSql_RestartedWhileAJobRuns_IsNoCrashOfTheJob()
    {
        await using var own = new PostgresServer();
        await using var studio = await new Studio(folder.Path, settings: (await own.SettingsAsync(DatabaseProvider.PostgreSql)).With("Generation:Lease", "00:00:01")).PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        await ClaimAsync(studio);
        await ExpireAsync(studio, id);

        own.Restart();

        // Pooled connections died with the server.
        Npgsql.NpgsqlConnection.ClearAllPools();
        Assert.Equal(1, await studio.Get<LeaseRecovery>().ExpiredAsync(Cancellation));
        await using var database = studio.OpenDatabase();
        var job = await database.Jobs.SingleAsync(Cancellation);
        Assert.Equal((JobState.Queued, 0), (job.State, job.CrashCount));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Invariants_RowsThatWereTamperedWith_AreNamed(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        await using var database = studio.OpenDatabase();
        await database.Quotas.ExecuteUpdateAsync(change => change.SetProperty(row => row.Used, 1), Cancellation);
        await database.JobPictures.Where(image => image.ImageIndex == 1).ExecuteUpdateAsync(change => change.SetProperty(row => row.State, JobPictureState.Done), Cancellation);
        await database.Jobs.ExecuteUpdateAsync(change => change.SetProperty(row => row.State, JobState.Failed), Cancellation);

        var broken = await Invariants.BrokenAsync(database, Cancellation);

        Assert.Contains(broken, rule => rule.StartsWith("Quotas that are not the sum of their ledger: 1 (", StringComparison.Ordinal));
        Assert.Contains(broken, rule => rule.StartsWith("Pictures that are done without a result: 1", StringComparison.Ordinal));
        Assert.Contains(broken, rule => rule.StartsWith("Delivered pictures that were not settled", StringComparison.Ordinal));
        Assert.Contains(broken, rule => rule.StartsWith("Finished jobs with open pictures", StringComparison.Ordinal));
        Assert.Contains(broken, rule => rule.Contains(id.ToString(), StringComparison.OrdinalIgnoreCase));
    }

    public void Dispose() => folder.Dispose();

    private static async Task<ClaimedJob> ClaimAsync(Studio studio) =>
        Assert.Single(await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));

    private static List<string> Files(Studio studio) =>
        [.. Directory.EnumerateFiles(studio.Folder.Images, "*", SearchOption.AllDirectories).Select(file => Path.GetFileNameWithoutExtension(file)).Order(StringComparer.Ordinal)];

    private static ImageCompleted Completed(ClaimedJob claim, float brightness) => new(
        claim.Missing[0].ImageIndex,
        7,
        new SignedImage(64, 64, [.. Enumerable.Repeat(brightness, SignedImage.Channels * 64 * 64)]),
        [1, 2],
        new EffectiveRecipe("starter", 64, "diffusion", "ddim", 1, 1, "ddim", 1, 1, []),
        [new StageTiming(GenerationStage.Decoder, 0.1)]);

    private static async Task ExpireAsync(Studio studio, Guid id)
    {
        // Only just expired: a lease that expired long before the server's start would count as lost in the outage.
        var justNow = TimeProvider.System.GetUtcNow() - TimeSpan.FromMilliseconds(1);
        await using var database = studio.OpenDatabase();
        await database.Jobs.Where(job => job.Id == id).ExecuteUpdateAsync(change => change.SetProperty(job => job.LeaseUntil, justNow), Cancellation);
    }

    private static Picture Picture(ClaimedJob claim) => new()
    {
        Id = Guid.NewGuid(),
        JobId = claim.Id,
        ImageIndex = claim.Missing[0].ImageIndex,
        PersonId = claim.Job.PersonId,
        ContentHash = new string('0', 64),
        ThumbnailHash = new string('1', 64),
        Width = 64,
        Height = 64,
        Seed = 7,
        Prompt = "a fox",
        Model = "starter",
        Recipe = "{}",
        Timings = "{}",
        CreatedAt = DateTimeOffset.UnixEpoch,
        ImageEmbedding = [],
    };

    private async Task<Studio> StudioAsync(
        DatabaseProvider provider, Action<Dictionary<string, string?>>? set = null, Action<IServiceCollection>? change = null)
    {
        var settings = (await server.SettingsAsync(provider)).With("Quotas:MaximumQueued", "1000").With("Quotas:DefaultCredits", "1000");
        set?.Invoke(settings);
        return await new Studio(folder.Path, settings: settings, change: change).PrepareAsync();
    }

    private sealed class RecordedEnd : ProcessEnd
    {
        private readonly TaskCompletionSource ended = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public Task Ended => ended.Task;

        public override void Kill() => ended.TrySetResult();
    }
}
