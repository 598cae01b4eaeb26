using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>Workers that have different models, or different ones in memory. On both databases.</summary>
public sealed class WorkerModelsTests(PostgresServer server)
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");
    private static readonly Guid Bert = Guid.Parse("b0000000-0000-4000-8000-000000000000");

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_WorkerWithoutTheModel_TakesTheJobsBehindIt(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        studios.One.Engines.Models = ["starter"];
        await SubmitAsync(studios.Other, Anna, "needs karlo", "karlo");
        await SubmitAsync(studios.Other, Bert, "needs starter", "starter");

        Assert.Equal(["needs starter"], await studios.One.ClaimedAsync());
        Assert.Empty(await studios.One.ClaimedAsync());
        Assert.Equal(["needs karlo"], await studios.Other.ClaimedAsync());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_CrashedJobOfAnotherModel_DoesNotStopAWorker(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        studios.One.Engines.Models = ["starter"];
        await SubmitAsync(studios.Other, Anna, "crashed", "karlo");
        await using (var database = studios.Other.OpenDatabase())
        {
            await database.Jobs.ExecuteUpdateAsync(change => change.SetProperty(job => job.CrashCount, 1), Cancellation);
        }

        await SubmitAsync(studios.Other, Bert, "other", "starter");

        Assert.Equal(["other"], await studios.One.ClaimedAsync(alone: false));
        Assert.Equal(["crashed"], await studios.Other.ClaimedAsync());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_ModelInAnothersMemory_IsLeftToIt_ForAShortTime(DatabaseProvider provider)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        studios.Other.Engines.Loaded = ["karlo"];
        await studios.ReportAsync();
        await SubmitAsync(studios.One, Anna, "first", "karlo");
        await SubmitAsync(studios.One, Anna, "second", "karlo");
        await SubmitAsync(studios.One, Bert, "behind", "starter");

        Assert.Equal(["behind"], await studios.One.ClaimedAsync());
        Assert.Empty(await studios.One.ClaimedAsync());
        Assert.Equal(["first"], await studios.Other.ClaimedAsync());

        studios.One.Clock.Advance(ClaimScopes.Patience);
        Assert.Equal(["second"], await studios.One.ClaimedAsync());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Claim_ModelInTheMemoryOfAWorkerThatTakesNothing_IsTakenAtOnce(bool isDrained)
    {
        await using var studios = await SharedStudios.PrepareAsync(server, DatabaseProvider.Sqlite);
        studios.Other.Engines.Loaded = ["karlo"];
        await studios.ReportAsync();
        await SubmitAsync(studios.One, Anna, "first", "karlo");
        if (isDrained)
        {
            Assert.True((await studios.One.Get<IMachines>().DrainAsync(studios.Other.NodeId(), Cancellation)).TryGet(out _, out _));
        }
        else
        {
            await SharedStudios.SilenceAsync(studios.Other);
        }

        await studios.One.Get<NodeReports>().ReportAsync(Cancellation);

        Assert.Equal(["first"], await studios.One.ClaimedAsync());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Claim_ByWorkersThatDiffer_LeavesTheSharesOfPeopleEqual(DatabaseProvider provider)
    {
        const int JobsEach = 20;
        await using var studios = await SharedStudios.PrepareAsync(server, provider);
        (studios.One.Engines.Loaded, studios.Other.Engines.Loaded) = (["starter"], ["karlo"]);
        await studios.ReportAsync();
        for (var number = 0; number < JobsEach; number++)
        {
            await SubmitAsync(studios.One, Anna, $"a{number}", number % 2 == 0 ? "starter" : "karlo");
            await SubmitAsync(studios.One, Bert, $"b{number}", number % 2 == 0 ? "starter" : "karlo");
        }

        var (anna, bert) = (0, 0);
        for (var turn = 0; turn < JobsEach; turn++)
        {
            foreach (var worker in (Studio[])[studios.One, studios.Other])
            {
                var prompt = Assert.Single(await DoneAsync(worker));
                (anna, bert) = prompt[0] == 'a' ? (anna + 1, bert) : (anna, bert + 1);
            }

            // One turn of each model's line.
            Assert.InRange(anna - bert, -2, 2);
        }

        Assert.Equal((JobsEach, JobsEach), (anna, bert));
    }

    private static async Task<IReadOnlyList<string>> DoneAsync(Studio worker)
    {
        var claims = await worker.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation);
        foreach (var claim in claims)
        {
            await worker.Get<JobProgress>().EndAsync(claim, "Nothing was made.", Cancellation);
        }

        return [.. claims.Select(claim => claim.Job.Prompt)];
    }

    private static async Task SubmitAsync(Studio studio, Guid person, string prompt, string model)
    {
        studio.Clock.Advance(TimeSpan.FromMilliseconds(1));
        await studio.SubmitAsync(TestRequests.FoxOf(person, prompt, count: 1) with { Prompt = prompt, Model = model });
    }
}
