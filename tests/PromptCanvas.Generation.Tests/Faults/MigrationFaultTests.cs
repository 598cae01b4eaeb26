using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>Upgrades with real processes: row 28 of the fault catalogue.</summary>
public sealed class MigrationFaultTests(PostgresServer server)
{
    // Between two migrations.
    private const string Between = "CREATE TABLE \"Nodes\"";

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Kill_WithinAMigration_TheNextStartCompletesIt(DatabaseProvider provider)
    {
        await using var runner = new ChaosRunner(provider, await server.SettingsAsync(provider));
        await DatabaseDump.LoadAsync(runner.Database);
        var credits = await CreditsAsync(runner);
        foreach (var place in (string[])[Within(provider), Between])
        {
            await using var killed = await runner.StartWithAsync("Chaos:KillAt", place);
            Assert.NotEqual(0, await killed.ExitAsync());
            Assert.False(killed.IsReady);
        }

        await using var completes = await runner.StartAsync();

        Assert.True(completes.IsReady);
        await using var database = runner.OpenDatabase();
        Assert.Equal(new SchemaCheck(SchemaState.Current), await database.CheckSchemaAsync(Cancellation));
        Assert.Equal(100 * credits, await CreditsAsync(runner));
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Start_WhileAnotherProcessMigrates_WaitsForIt_AndTakesOverWhenItDies(DatabaseProvider provider)
    {
        const string asked = "asked";
        await using var runner = new ChaosRunner(provider, (await server.SettingsAsync(provider)).With("Generation:SharedQueue", "true"));
        await DatabaseDump.LoadAsync(runner.Database);
        await using var migrates = runner.BeginWith("Chaos:HoldAt", Between);
        await UntilAsync(() => File.Exists(runner.FileOf("held")));

        var starts = runner.StartWithAsync("Chaos:Mark", asked);
        await UntilAsync(() => File.Exists(runner.FileOf(asked)));
        Assert.False(starts.IsCompleted);
        migrates.Kill();

        await using var takesOver = await starts;
        Assert.True(takesOver.IsReady);
        await using var database = runner.OpenDatabase();
        Assert.Equal(new SchemaCheck(SchemaState.Current), await database.CheckSchemaAsync(Cancellation));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Upgrade_ToALaterBuild_WhileTheOlderOneWorks_LosesNothingAndRefusesNothing(DatabaseProvider provider)
    {
        await using var runner = new ChaosRunner(provider, (await server.SettingsAsync(provider)).With("Generation:SharedQueue", "true").With("Chaos:StepMilliseconds", "100"));
        await using var older = await runner.StartWithAsync("Studio:Node", "older");
        Assert.StartsWith("ok ", await older.SubmitAsync("before", runner.Person, "a fox", count: 3), StringComparison.Ordinal);
        await runner.UntilAsync(async database => await database.Jobs.AnyAsync(job => job.State == JobState.Running, Cancellation));

        // Its worker takes nothing from the newer schema; its people are served.
        await using var later = await runner.StartWithAsync("Chaos:LaterBuild", "true");
        Assert.True(later.IsReady);
        foreach (var key in (string[])["one", "two", "three"])
        {
            Assert.StartsWith("ok ", await older.SubmitAsync(key, runner.Person, "a bear", count: 1), StringComparison.Ordinal);
        }

        await runner.DrainedAsync();
        Assert.Equal("older", (await runner.JobAsync("before")).RanOn);
        foreach (var key in (string[])["one", "two", "three"])
        {
            Assert.Equal((JobState.Done, false), ((await runner.JobAsync(key)).State, (await runner.JobAsync(key)).RanOn == "older"));
        }

        older.Terminate();
        Assert.Equal(0, await older.ExitAsync());
        await runner.ConsistentAsync();

        // The reverse.
        await using var olderAgain = await runner.StartAsync();
        Assert.Equal(1, await olderAgain.ExitAsync());
        Assert.Contains("The database belongs to a newer version of PromptCanvas (it has 99990101000000_Later)", olderAgain.Errors, StringComparison.Ordinal);
        Assert.StartsWith("ok ", await later.SubmitAsync("after", runner.Person, "a fox", count: 1), StringComparison.Ordinal);
    }

    /// <summary>The second command of a migration that multiplies, so that half of it would be seen.</summary>
    private static string Within(DatabaseProvider provider) => provider == DatabaseProvider.Sqlite
        ? "UPDATE \"Quotas\" SET \"Used\" = \"Used\" * 100"
        : "ALTER COLUMN \"Used\" TYPE bigint";

    private static async Task UntilAsync(Func<bool> expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(120));
        while (!expected())
        {
            await Task.Delay(20, patience.Token);
        }
    }

    private static async Task<long> CreditsAsync(ChaosRunner runner)
    {
        await using var database = runner.OpenDatabase();
        return await database.Database.SqlQueryRaw<long>("SELECT CAST(SUM(\"Amount\") AS bigint) AS \"Value\" FROM \"Ledger\"").SingleAsync(Cancellation);
    }
}
