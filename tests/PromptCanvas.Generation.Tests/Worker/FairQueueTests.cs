using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>Queue order: InvokeAI's tests of a fair queue, and races of claims, on both databases.</summary>
public sealed class FairQueueTests(PostgresServer server) : IDisposable
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");
    private static readonly Guid Bert = Guid.Parse("b0000000-0000-4000-8000-000000000000");

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_TwoPeople_TakeTurns(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await SubmitAsync(studio, Anna, "a1", "a2", "a3");
        await SubmitAsync(studio, Bert, "b1", "b2", "b3");

        Assert.Equal(["a1", "b1", "a2", "b2", "a3", "b3"], await DrainAsync(studio));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_PersonWhoJoinsInTheMiddle_WaitsForOneTurnOnly(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await SubmitAsync(studio, Anna, "a1", "a2", "a3", "a4", "a5");
        Assert.Equal(["a1", "a2", "a3"], await DrainAsync(studio, 3));

        await SubmitAsync(studio, Bert, "b1", "b2");

        Assert.Equal(["b1", "a4", "b2", "a5"], await DrainAsync(studio));
    }

    [Fact]
    public async Task Claim_PersonWhoWasAwayForLong_HasSavedNoTurns()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await SubmitAsync(studio, Bert, "b0");
        await SubmitAsync(studio, Anna, "a1", "a2", "a3", "a4");
        await DrainAsync(studio);

        await SubmitAsync(studio, Anna, "a5", "a6");
        await SubmitAsync(studio, Bert, "b1", "b2", "b3");

        Assert.Equal(["b1", "a5", "b2", "a6", "b3"], await DrainAsync(studio));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_WeightOfTwo_GetsTwoTurnsToOne(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.Get<ICredits>().SetLimitsAsync(Anna, new PersonLimits(Weight: 2), Cancellation);
        await SubmitAsync(studio, Anna, "a1", "a2", "a3", "a4");
        await SubmitAsync(studio, Bert, "b1", "b2");

        Assert.Equal(["a1", "b1", "a2", "a3", "b2", "a4"], await DrainAsync(studio));
    }

    [Fact]
    public async Task Claim_ManyPictures_CostManyTurns()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "a1", count: 3) with { Prompt = "a1" });
        await SubmitAsync(studio, Anna, "a2");
        studio.Clock.Advance(TimeSpan.FromSeconds(1));
        await SubmitAsync(studio, Bert, "b1", "b2", "b3", "b4");

        Assert.Equal(["a1", "b1", "b2", "b3", "a2", "b4"], await DrainAsync(studio));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_BackgroundJobs_GoAfterInteractiveOnes(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "batch", count: 1) with { Prompt = "batch", Background = true });
        await SubmitAsync(studio, Anna, "a1");
        await SubmitAsync(studio, Bert, "b1");

        Assert.Equal(["a1", "b1", "batch"], await DrainAsync(studio));
    }

    [Fact]
    public async Task Claim_CancelledJobs_TakeNoTurnsAway()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        foreach (var id in await SubmitAsync(studio, Anna, "a1", "a2", "a3"))
        {
            await studio.CancelAsync(id);
        }

        await SubmitAsync(studio, Bert, "b1", "b2");
        await SubmitAsync(studio, Anna, "a4");

        Assert.Equal(["b1", "a4", "b2"], await DrainAsync(studio));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_ModelAtWork_MovesOnlyTheSamePersonsJobs(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await SubmitAsync(studio, Anna, "first");
        await DrainAsync(studio);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "other", count: 1) with { Prompt = "other", Model = "karlo" });
        await SubmitAsync(studio, Anna, "same");
        await SubmitAsync(studio, Bert, "b1");

        // Bert has not been served yet, so his job goes first regardless of the loaded model.
        Assert.Equal(["b1", "same", "other"], await DrainAsync(studio));
    }

    [Fact]
    public async Task Claim_ModelAtWork_DefersAJobAFewTimesOnly()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await SubmitAsync(studio, Anna, "first");
        await DrainAsync(studio);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "other", count: 1) with { Prompt = "other", Model = "karlo" });
        await SubmitAsync(studio, Anna, [.. Enumerable.Range(0, 12).Select(number => $"same {number}")]);

        var order = await DrainAsync(studio);

        Assert.Equal(ModelAffinity.MaximumDeferrals, order.IndexOf("other"));
    }

    [Fact]
    public async Task Claim_ModelAtWork_DoesNotOverrideAPriority()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await SubmitAsync(studio, Anna, "first");
        await DrainAsync(studio);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "other", count: 1) with { Prompt = "other", Model = "karlo" });
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "batch", count: 1) with { Prompt = "batch", Background = true });

        Assert.Equal(["other", "batch"], await DrainAsync(studio));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_EightWorkersAtOnce_NeverTakeAJobTwice(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await SubmitAsync(studio, Anna, [.. Enumerable.Range(0, 60).Select(number => $"a{number}")]);

        var claimed = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Task.Run(async () =>
        {
            var own = new List<Guid>();
            while (await studio.Get<JobClaims>().ClaimAsync(3, alone: true, Cancellation) is { Count: > 0 } claims)
            {
                own.AddRange(claims.Select(claim => claim.Id));
            }

            return own;
        })));

        var all = claimed.SelectMany(own => own).ToList();
        Assert.Equal(all.Count, all.Distinct().Count());

        // With SKIP LOCKED, a worker may see no rows while others lock the last ones; those jobs are claimed later.
        Assert.Equal(60, all.Count + (await DrainAsync(studio)).Count);
        await using var database = studio.OpenDatabase();
        Assert.True(await database.Jobs.AllAsync(job => job.Fence == 1 && job.Attempt == 1 && job.LeaseUntil != null, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_LimitOfRunningJobs_LetsOthersPass(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.Get<ICredits>().SetLimitsAsync(Anna, new PersonLimits(MaximumRunning: 1), Cancellation);
        await SubmitAsync(studio, Anna, "a1", "a2", "a3");
        await SubmitAsync(studio, Bert, "b1", "b2");

        Assert.Equal(["a1", "b1", "b2"], await ClaimAsync(studio, 5));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_PausedQueue_GivesNothingUntilItIsResumed(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var id = Assert.Single(await SubmitAsync(studio, Anna, "a1"));
        var admin = studio.Get<IQueueAdmin>();

        await admin.PauseAsync("The graphics card is being changed.", Bert, Cancellation);
        Assert.Empty(await ClaimAsync(studio, 1));
        Assert.Equal("The queue is paused: The graphics card is being changed.", (await studio.FindAsync(id)).Why!.Sentence);

        await admin.ResumeAsync(Cancellation);
        Assert.Equal(["a1"], await ClaimAsync(studio, 1));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task MoveBefore_AmongEquals_PutsItThere(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var a = await SubmitAsync(studio, Anna, "a1", "a2", "a3");
        var b = await SubmitAsync(studio, Bert, "b1", "b2");
        var admin = studio.Get<IQueueAdmin>();

        await admin.MoveBeforeAsync(a[2], b[0], Cancellation);
        await admin.MoveToFrontAsync(b[1], Cancellation);

        Assert.Equal(["b2", "a1", "a3", "b1", "a2"], await DrainAsync(studio));
        Assert.False((await admin.MoveToFrontAsync(a[0], Cancellation)).TryGet(out _, out _));
    }

    [Fact]
    public async Task Find_WaitingJobs_SayWhyTheyWait()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        var a = await SubmitAsync(studio, Anna, "a1", "a2");
        var b = await SubmitAsync(studio, Bert, "b1", "b2");

        Assert.Equal("Next: it starts as soon as the engine has capacity.", (await studio.FindAsync(a[0])).Why!.Sentence);
        Assert.Equal("2nd of 4. 1 request of 1 other person goes first; people take turns.", (await studio.FindAsync(b[0])).Why!.Sentence);
        Assert.Equal("4th of 4. 1 request of yours and 2 of 1 other person go first; people take turns.", (await studio.FindAsync(b[1])).Why!.Sentence);
    }

    [Fact]
    public async Task Find_ManyWatchersWithinASecond_TakeOneLook()
    {
        await using var studio = await new Studio(folder.Path, settings: new() { ["Generation:ForecastInterval"] = "00:00:01", ["Quotas:MaximumQueued"] = "100" }).PrepareAsync();
        var ids = await SubmitAsync(studio, Anna, "a1", "a2");
        var forecast = studio.Get<QueueForecast>();

        var looks = await Task.WhenAll(Enumerable.Range(0, 200).Select(number => Task.Run(async () =>
        {
            await studio.FindAsync(ids[number % 2]);
            return await forecast.SnapshotAsync(Cancellation);
        })));
        Assert.All(looks, look => Assert.Same(looks[0], look));

        // Queued after the forecast: it gets a position without a new computation.
        var late = Assert.Single(await SubmitAsync(studio, Anna, "a3"));
        Assert.Equal(3, (await studio.FindAsync(late)).Position);
        Assert.Same(looks[0], await forecast.SnapshotAsync(Cancellation));

        studio.Clock.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(3, (await studio.FindAsync(late)).Why!.Position);
        Assert.NotSame(looks[0], await forecast.SnapshotAsync(Cancellation));
    }

    [Fact]
    public async Task Claim_LongHistory_IsNotScanned()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        await using var database = studio.OpenDatabase();
        await database.Database.OpenConnectionAsync(Cancellation);
        await using var command = database.Database.GetDbConnection().CreateCommand();
        command.CommandText = """
            EXPLAIN QUERY PLAN SELECT "Id" FROM "Jobs" WHERE "State" = 'queued' AND "CrashCount" = 0 AND ("NotBefore" IS NULL OR "NotBefore" <= 5)
            ORDER BY "Priority" DESC, "VirtualTime", "CreatedAt", "Id" LIMIT 8
            """;
        await using var rows = await command.ExecuteReaderAsync(Cancellation);
        var plan = new List<string>();
        while (await rows.ReadAsync(Cancellation))
        {
            plan.Add(rows.GetString(3));
        }

        Assert.Equal(["SCAN Jobs USING INDEX job_pick"], plan);
    }

    public void Dispose() => folder.Dispose();

    private static async Task<List<Guid>> SubmitAsync(Studio studio, Guid person, params string[] prompts)
    {
        var ids = new List<Guid>();
        foreach (var prompt in prompts)
        {
            studio.Clock.Advance(TimeSpan.FromMilliseconds(1));
            ids.Add(await studio.SubmitAsync(TestRequests.FoxOf(person, prompt, count: 1) with { Prompt = prompt }));
        }

        return ids;
    }

    private static async Task<List<string>> ClaimAsync(Studio studio, int times)
    {
        var order = new List<string>();
        for (var time = 0; time < times; time++)
        {
            order.AddRange((await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation)).Select(claim => claim.Job.Prompt));
        }

        return order;
    }

    /// <summary>Claims and ends all jobs one by one.</summary>
    private static async Task<List<string>> DrainAsync(Studio studio, int most = int.MaxValue)
    {
        var order = new List<string>();
        while (order.Count < most && await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation) is [var claim])
        {
            order.Add(claim.Job.Prompt);
            await studio.Get<JobProgress>().EndAsync(claim, "Nothing was made.", Cancellation);
        }

        return order;
    }

    private async Task<Studio> StudioAsync(DatabaseProvider provider) => await new Studio(
        folder.Path, settings: (await server.SettingsAsync(provider)).With("Quotas:MaximumQueued", "100")).PrepareAsync();
}
