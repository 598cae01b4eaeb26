using PromptCanvas.Data;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Queue;

public sealed class CreditServiceTests(PostgresServer server) : IDisposable
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");
    private static readonly Guid Admin = Guid.Parse("b0000000-0000-4000-8000-000000000000");

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Get_AllowanceByPersonRoleAndInstallation_TakesTheNearest(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var credits = studio.Get<ICredits>();
        Assert.Equal(20, (await studio.QuotaAsync(Anna, "member")).Limit);

        await credits.SetRoleAllowanceAsync("member", 50, Cancellation);
        Assert.Equal(50, (await studio.QuotaAsync(Anna, "member")).Limit);
        Assert.Equal(20, (await studio.QuotaAsync(Admin, "administrator")).Limit);

        await credits.SetLimitsAsync(Anna, new PersonLimits(Allowance: 7), Cancellation);
        Assert.Equal(7, (await studio.QuotaAsync(Anna, "member")).Limit);

        await credits.SetLimitsAsync(Anna, new PersonLimits(), Cancellation);
        await credits.SetRoleAllowanceAsync("member", null, Cancellation);
        Assert.Equal(20, (await studio.QuotaAsync(Anna, "member")).Limit);
        Assert.Empty(await credits.RoleAllowancesAsync(Cancellation));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task SetLimits_BelowWhatIsUsed_LeavesNothingAndGivesNothingTwice(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 6));

        await studio.Get<ICredits>().SetLimitsAsync(Anna, new PersonLimits(Allowance: 4), Cancellation);
        Assert.Equal(0, (await studio.QuotaAsync(Anna)).Remaining);
        await studio.CancelAsync(id);
        Assert.Equal((0, 4), ((await studio.QuotaAsync(Anna)).Used, (await studio.QuotaAsync(Anna)).Remaining));
        await studio.Get<ICredits>().SetLimitsAsync(Anna, new PersonLimits(), Cancellation);

        Assert.Equal(20, (await studio.QuotaAsync(Anna)).Remaining);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task TopUp_FromTenSides_CountsEach(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);

        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() =>
            studio.Get<ICredits>().TopUpAsync(Anna, null, 5, "For the fair", Admin, Cancellation))));

        Assert.Equal(40, (await studio.QuotaAsync(Anna)).Limit);
        var lines = await studio.Get<ICredits>().HistoryAsync(Anna, null, 10, Cancellation);
        Assert.Equal(4, lines.Count(line => line is { Kind: "topup", Amount: 5, Reason: "For the fair" } && line.ByPersonId == Admin));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task TopUp_WhereMoreIsUsedThanAllowed_CanBeSpentAndTheAccountAddsUp(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 6));
        await studio.Get<ICredits>().SetLimitsAsync(Anna, new PersonLimits(Allowance: 4), Cancellation);

        await studio.Get<ICredits>().TopUpAsync(Anna, null, 3, "For the fair", Admin, Cancellation);

        Assert.Equal((6, 3), ((await studio.QuotaAsync(Anna)).Used, (await studio.QuotaAsync(Anna)).Remaining));
        await studio.ConsistentAsync();
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, count: 3) with { IdempotencyKey = "the fair" });
        Assert.Equal(0, (await studio.QuotaAsync(Anna)).Remaining);
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Charge_OfAPromptWhoseSixtiethCharacterIsHalfAnEmoji_IsWrittenDown(DatabaseProvider provider)
    {
        await using var studio = await StudioAsync(provider);

        await studio.SubmitAsync(TestRequests.FoxOf(Anna) with { Prompt = $"{new string('a', 59)}🦊 in the snow" });

        var line = (await studio.Get<ICredits>().HistoryAsync(Anna, null, 1, Cancellation))[0];
        Assert.Equal($"“{new string('a', 59)}…”", line.Reason);
    }

    [Theory]
    [InlineData(0, "why")]
    [InlineData(5, " ")]
    public async Task TopUp_NothingOrWithoutAReason_IsRefused(int amount, string reason)
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);

        var result = await studio.Get<ICredits>().TopUpAsync(Anna, null, amount, reason, Admin, Cancellation);

        Assert.False(result.TryGet(out _, out var refusal));
        Assert.IsType<InvalidInput>(refusal);
    }

    [Theory]
    [InlineData(0, 20)]
    [InlineData(5, 25)]
    [InlineData(100, 38)]
    public async Task Get_NextPeriod_CarriesWhatTheRuleLets(int carryOver, int expected)
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite, carryOver);
        await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        studio.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));

        var quota = await studio.QuotaAsync(Anna);

        Assert.Equal((0, expected, "2026-12"), (quota.Used, quota.Limit, quota.Period));
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task Cancel_AfterTheMonthsEnd_GivesBackInTheMonthOfTheCharge()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        var id = await studio.SubmitAsync(TestRequests.FoxOf(Anna));
        studio.Clock.SetUtcNow(new DateTimeOffset(2026, 12, 1, 0, 0, 0, TimeSpan.Zero));
        await studio.QuotaAsync(Anna);

        await studio.CancelAsync(id);

        Assert.Equal("2026-11", (await studio.Get<ICredits>().HistoryAsync(Anna, null, 1, Cancellation))[0].Period);
        Assert.Equal(20, (await studio.QuotaAsync(Anna)).Remaining);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task History_PageByPage_ShowsEveryLineOnce()
    {
        await using var studio = await StudioAsync(DatabaseProvider.Sqlite);
        for (var number = 0; number < 5; number++)
        {
            await studio.SubmitAsync(TestRequests.FoxOf(Anna, $"key {number}") with { Prompt = $"fox {number}" });
        }

        var lines = new List<LedgerLine>();
        while (await studio.Get<ICredits>().HistoryAsync(Anna, lines.LastOrDefault()?.Id, 2, Cancellation) is { Count: > 0 } page)
        {
            lines.AddRange(page);
        }

        Assert.Equal(["“fox 4”", "“fox 3”", "“fox 2”", "“fox 1”", "“fox 0”", "Allowance for 2026-11."], lines.Select(line => line.Reason));
    }

    public void Dispose() => folder.Dispose();

    private async Task<Studio> StudioAsync(DatabaseProvider provider, int carryOver = 0) => await new Studio(
        folder.Path,
        settings: (await server.SettingsAsync(provider)).With("Quotas:DefaultCredits", "20").With("Quotas:CarryOver", $"{carryOver}")).PrepareAsync();
}
