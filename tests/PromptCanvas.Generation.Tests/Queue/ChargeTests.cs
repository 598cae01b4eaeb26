using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Queue;

public sealed class ChargeTests(PostgresServer server) : IDisposable
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_Delivered_SettlesEveryPicture(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 10);
        await studio.StartAsync();

        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        Assert.Equal(new QuotaView(2, 10, "2026-11", new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)), await studio.QuotaAsync(Anna));
        await studio.WaitAsync(id, JobState.Done);

        Assert.Equal((2, 8), Numbers(await studio.QuotaAsync(Anna)));
        var lines = await studio.Get<ICredits>().HistoryAsync(Anna, null, 10, Cancellation);
        Assert.Equal(
            [("charge", -2, "“a fox 🦊 in the snow”", 2), ("grant", 10, "Allowance for 2026-11.", 0)],
            lines.Select(line => (line.Kind, line.Amount, line.Reason, line.Pictures)));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Charge_PartsOfACredit_AddUpWithoutRounding(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 1);
        await studio.PrepareAsync();
        var ledger = studio.Get<Ledger>();
        var id = Guid.NewGuid();
        await using var database = studio.OpenDatabase();

        Assert.Null((await ledger.ChargeAsync(database, Anna, null, id, 3, 25, "a fox", Cancellation)).Refusal);
        await database.SaveChangesAsync(Cancellation);
        Assert.Equal((0.75m, 0.25m), Numbers(await studio.QuotaAsync(Anna)));
        var refused = await ledger.ChargeAsync(database, Anna, null, Guid.NewGuid(), 1, 50, "a fox", Cancellation);
        await ledger.RefundAsync(database, id, [2], "Not drawn.", Cancellation);

        Assert.StartsWith("0.25 credits are left and this needs 0.5; ", refused.Refusal?.Message, StringComparison.Ordinal);
        Assert.Equal((0.5m, 0.5m), Numbers(await studio.QuotaAsync(Anna)));
        Assert.Equal("""[0.25,-0.75,1]""", System.Text.Json.JsonSerializer.Serialize((await studio.Get<ICredits>().HistoryAsync(Anna, null, 10, Cancellation)).Select(line => line.Amount)));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_OnePictureFails_GivesThatOneBackWithTheReason(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 10);
        studio.Engine.NotANumber = index => index == 1;
        await studio.StartAsync();

        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 3)), JobState.Done);

        Assert.Equal((2, 8), Numbers(await studio.QuotaAsync(Anna)));
        var refund = (await studio.Get<ICredits>().HistoryAsync(Anna, null, 10, Cancellation))[0];
        Assert.Equal(("refund", 1, "The picture came out as not a number."), (refund.Kind, refund.Amount, refund.Reason));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_EngineThrows_GivesWhatWasNotDeliveredBack(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 10);
        studio.Engine.BeforeImage = (_, index, _) => index == 1 ? throw new InvalidOperationException("boom") : Task.CompletedTask;
        await studio.StartAsync();

        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 3)), JobState.Done);

        Assert.Equal((1, 9), Numbers(await studio.QuotaAsync(Anna)));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Cancel_WhileRunning_KeepsTheChargeOfWhatIsFinished(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 10);
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, index, token) => index == 1 ? gate.PassAsync(token) : Task.CompletedTask;
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 3));
        await studio.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);
        await gate.Reached;

        await studio.CancelAsync(id);
        await studio.CancelAsync(id);

        Assert.Equal((1, 9), Numbers(await studio.QuotaAsync(Anna)));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_FiftyAtOnceWithTenLeft_TakesExactlyTen(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 10, queued: 100);
        await studio.PrepareAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(key => Task.Run(() => studio.TrySubmitAsync(TestRequests.FoxOf(Anna, $"key {key}", count: 1)))));

        Assert.Equal(10, results.Count(result => result.TryGet(out _, out _)));
        Assert.All(results, result => Assert.True(result.TryGet(out _, out var refusal) || refusal is QuotaExceeded));
        Assert.Equal((10, 0), Numbers(await studio.QuotaAsync(Anna)));
        await using var database = studio.OpenDatabase();
        Assert.Equal(10, await database.Jobs.CountAsync(Cancellation));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_SameKeyFromSixteenSides_ChargesOnce(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 100);
        await studio.PrepareAsync();

        var ids = await Task.WhenAll(Enumerable.Range(0, 16).Select(_ => Task.Run(() => studio.SubmitAsync(TestRequests.FoxOf(Anna)))));

        Assert.Single(ids.Distinct());
        Assert.Equal((2, 98), Numbers(await studio.QuotaAsync(Anna)));
        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(Anna) with { Prompt = "a bear" })).TryGet(out _, out var refusal));
        Assert.IsType<Conflict>(refusal);
        Assert.Equal((2, 98), Numbers(await studio.QuotaAsync(Anna)));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_TooFewCredits_SaysHowManyAndWhenAndWritesNothing(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 3);
        await studio.PrepareAsync();

        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(Anna, count: 4))).TryGet(out _, out var refusal));

        Assert.Equal(
            new QuotaExceeded("3 credits are left and this needs 4; they are renewed on 1 December 2026, 00:00 UTC.", 4, 3, new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero)),
            refusal);
        await using var database = studio.OpenDatabase();
        Assert.Equal((0, 0), (await database.Jobs.CountAsync(Cancellation), await database.Ledger.CountAsync(Cancellation)));
    }

    [Fact]
    public async Task Submit_Anonymous_IsNotCharged()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite, credits: 0);
        await studio.StartAsync();

        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox()), JobState.Done);

        await using var database = studio.OpenDatabase();
        Assert.Equal(0, await database.Ledger.CountAsync(Cancellation));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Submit_MoreThanMayWait_IsRefusedWithoutACharge(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 100, queued: 3);
        await studio.PrepareAsync();

        var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(key => Task.Run(() => studio.TrySubmitAsync(TestRequests.FoxOf(Anna, $"key {key}", count: 1)))));

        Assert.Equal(3, results.Count(result => result.TryGet(out _, out _)));
        Assert.Equal((3, 97), Numbers(await studio.QuotaAsync(Anna)));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task CancelAllOf_ASuspendedPerson_LeavesOthersAlone(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 100);
        await studio.PrepareAsync();
        var others = await studio.SubmitAsync(TestRequests.FoxOf(Guid.NewGuid()));
        var own = await studio.SubmitAsync(TestRequests.FoxOf(Anna));

        Assert.True((await studio.Get<ICancellations>().CancelAllOfAsync(Anna, "The account is suspended.", Cancellation)).TryGet(out var cancelled, out _));

        Assert.Equal(1, cancelled);
        Assert.Equal((JobState.Cancelled, JobState.Queued), ((await studio.FindAsync(own)).State, (await studio.FindAsync(others)).State));
        Assert.Equal((0, 100), Numbers(await studio.QuotaAsync(Anna)));
        Assert.Equal("The account is suspended.", (await studio.Get<ICredits>().HistoryAsync(Anna, null, 1, Cancellation))[0].Reason);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Database_SecondRefundOrOverdraft_IsRefusedByItsConstraints(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider, credits: 10);
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        await studio.CancelAsync(id);
        await using var database = studio.OpenDatabase();

        await Assert.ThrowsAnyAsync<Exception>(() => studio.Get<Ledger>().RefundAsync(database, id, [0], "Again.", Cancellation));
        await Assert.ThrowsAnyAsync<System.Data.Common.DbException>(() => database.Quotas.ExecuteUpdateAsync(change => change.SetProperty(row => row.Used, 1001), Cancellation));
        await studio.ConsistentAsync();
    }

    public void Dispose() => folder.Dispose();

    private static (decimal Used, decimal Left) Numbers(QuotaView quota) => (quota.Used, quota.Remaining);

    private async Task<Studio> StudioAsync(DatabaseProvider provider, int credits, int queued = 20) => new(
        folder.Path,
        settings: (await server.SettingsAsync(provider))
            .With($"{QuotaOptions.Section}:DefaultCredits", $"{credits}")
            .With($"{QuotaOptions.Section}:MaximumQueued", $"{queued}"));
}
