using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Features.Queue;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Queue;

public sealed class QueueAdministrationTests : IAsyncLifetime
{
    private const string Reason = "the machine is moved";
    private readonly Studio studio = new();
    private readonly Somebody somebody = new();

    public async ValueTask InitializeAsync()
    {
        somebody.Actor = new Actor(studio.Administrator.Id, PersonRoles.Administrator);
        Assert.Null((await Administration().PauseAsync(Reason, TestContext.Current.CancellationToken)).Refusal);
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Pause_OfUnknownLength_LeavesNoTimeToWaitFor()
    {
        using var client = studio.CreateClient();

        // One picture, so that times are known.
        Assert.Null((await Administration().ResumeAsync(TestContext.Current.CancellationToken)).Refusal);
        await client.EndOfJobAsync(await client.StartJobAsync(count: 1));
        Assert.Null((await Administration().PauseAsync(Reason, TestContext.Current.CancellationToken)).Refusal);
        using var accepted = await client.PostJobAsync(new { kind = "generate", prompt = "a red cube", count = 1, size = 64 });
        var job = await accepted.ReadJsonAsync();
        var listed = await client.JobAsync(job.GetProperty("id").GetGuid());

        Assert.Equal(System.Text.Json.JsonValueKind.Null, job.GetProperty("etaSeconds").ValueKind);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, listed.GetProperty("etaSeconds").ValueKind);
        Assert.Contains(Reason, listed.GetProperty("why").GetString(), StringComparison.Ordinal);
        Assert.Null((await Administration().ResumeAsync(TestContext.Current.CancellationToken)).Refusal);
        await client.EndOfJobAsync(job.GetProperty("id").GetGuid());
    }

    [Fact]
    public async Task Pause_HoldsAllJobs_UntilResumed()
    {
        using var client = studio.ClientOf(await studio.PersonAsync("waits@example.com", PersonRoles.Member));
        var job = await client.StartJobAsync(count: 1);
        var sight = await Administration().LookAsync(TestContext.Current.CancellationToken);
        var waiting = Assert.Single(sight.Queue.Jobs);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await client.JobAsync(job)).GetProperty("etaSeconds").ValueKind);
        Assert.Null((await Administration().ResumeAsync(TestContext.Current.CancellationToken)).Refusal);
        var done = await client.EndOfJobAsync(job);

        Assert.Equal(JobState.Queued, waiting.State);
        Assert.Contains(Reason, waiting.Why?.Sentence, StringComparison.Ordinal);
        Assert.Equal("waits", sight.Names[waiting.PersonId!.Value]);
        Assert.Equal("done", done.GetProperty("state").GetString());
        Assert.Equal(["queue.resume", "queue.pause"], (await EntriesAsync()).Select(entry => entry.Action));
    }

    [Fact]
    public async Task Move_PutsAJobWhereItIsSaid()
    {
        using var client = studio.ClientOf(await studio.PersonAsync("three@example.com", PersonRoles.Member));
        Guid[] jobs = [await client.StartJobAsync(count: 1), await client.StartJobAsync(count: 1), await client.StartJobAsync(count: 1)];
        var administration = Administration();
        Assert.Null((await administration.MoveBeforeAsync(jobs[2], jobs[1], TestContext.Current.CancellationToken)).Refusal);
        var between = await OrderAsync();
        Assert.Null((await administration.MoveToFrontAsync(jobs[1], TestContext.Current.CancellationToken)).Refusal);

        Assert.Equal([jobs[0], jobs[2], jobs[1]], between);
        Assert.Equal([jobs[1], jobs[0], jobs[2]], await OrderAsync());
    }

    [Fact]
    public async Task Cancel_GivesTheCreditsBack_AndIsWrittenDown()
    {
        var person = await studio.PersonAsync("cancelled@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(person);
        var job = await client.StartJobAsync(count: 2);
        Assert.IsType<InvalidInput>((await Administration().CancelAsync(job, " ", TestContext.Current.CancellationToken)).Refusal);
        Assert.Null((await Administration().CancelAsync(job, " the exam begins ", TestContext.Current.CancellationToken)).Refusal);
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);

        // The owner sees the reason in the job and next to the refund.
        const string Why = "An administrator cancelled it: the exam begins";
        var cancelled = await client.JobAsync(job);
        Assert.Equal(("cancelled", Why), (cancelled.GetProperty("state").GetString(), cancelled.GetProperty("error").GetString()));
        var account = await studio.Browser(person.Cookie).GetStringAsync("/account/usage", TestContext.Current.CancellationToken);
        Assert.Contains(Why, account, StringComparison.Ordinal);
        Assert.Equal(0, (await database.Quotas.SingleAsync(quota => quota.PersonId == person.Id, TestContext.Current.CancellationToken)).Used);
        Assert.Contains(await EntriesAsync(), entry => entry.Action == "queue.cancel" && entry.Target == job.ToString() && entry.Detail == "the exam begins" && entry.Actor == Studio.AdministratorEmail);
    }

    [Fact]
    public async Task EveryAct_ByWhoIsNoAdministratorAnyMore_IsRefused()
    {
        somebody.Actor = somebody.Actor! with { Role = PersonRoles.Member };
        var administration = Administration();
        Func<Task>[] acts =
        [
            () => administration.LookAsync(TestContext.Current.CancellationToken),
            () => administration.PauseAsync("", TestContext.Current.CancellationToken),
            () => administration.ResumeAsync(TestContext.Current.CancellationToken),
            () => administration.MoveToFrontAsync(Guid.NewGuid(), TestContext.Current.CancellationToken),
            () => administration.MoveBeforeAsync(Guid.NewGuid(), Guid.NewGuid(), TestContext.Current.CancellationToken),
            () => administration.CancelAsync(Guid.NewGuid(), "a reason", TestContext.Current.CancellationToken),
        ];

        foreach (var act in acts)
        {
            await Assert.ThrowsAsync<UnauthorizedAccessException>(act);
        }
    }

    [Fact]
    public async Task Page_ShowsWhoWaits_AndNotWhatTheyWrote()
    {
        using var client = studio.ClientOf(await studio.PersonAsync("private@example.com", PersonRoles.Member));
        await client.StartJobAsync(count: 2);
        var page = await studio.Browser(studio.Administrator.Cookie).GetStringAsync("/admin/queue", TestContext.Current.CancellationToken);

        Assert.Contains("64 px with starter", page, StringComparison.Ordinal);
        Assert.Contains(Reason, page, StringComparison.Ordinal);
        Assert.DoesNotContain("red cube", page, StringComparison.Ordinal);
    }

    private QueueAdministration Administration() => new(
        studio.Services.GetRequiredService<IQueueAdmin>(),
        studio.Services.GetRequiredService<ICancellations>(),
        studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(),
        somebody,
        new AdministratorActs(studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>(), somebody, studio.Services.GetRequiredService<AuditLog>()));

    private async Task<IEnumerable<Guid>> OrderAsync() =>
        (await Administration().LookAsync(TestContext.Current.CancellationToken)).Queue.Jobs.Select(job => job.JobId);

    private Task<IReadOnlyList<AuditEntry>> EntriesAsync() =>
        studio.Services.GetRequiredService<AuditLog>().ReadAsync(0, 100, TestContext.Current.CancellationToken);

    private sealed class Somebody : ICurrentActor
    {
        public Actor? Actor { get; set; }

        public ValueTask<Actor> GetAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Actor!);

        public ValueTask<Actor?> FindAsync(CancellationToken cancellationToken) => ValueTask.FromResult(Actor);
    }
}
