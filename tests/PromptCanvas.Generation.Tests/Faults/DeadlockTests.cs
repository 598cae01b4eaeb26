using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>Transactions that PostgreSQL ends because they wait for each other: row 11 of the fault catalogue.</summary>
public sealed class DeadlockTests(PostgresServer server) : IDisposable
{
    private static readonly Guid Anna = Guid.Parse("a0000000-0000-4000-8000-000000000000");

    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_ThatIsTheVictimOfADeadlock_IsMadeAgainAndChargedOnce()
    {
        await using var studio = await new Studio(folder.Path, settings: await server.SettingsAsync(DatabaseProvider.PostgreSql)).PrepareAsync();
        await studio.SubmitAsync(TestRequests.FoxOf(Anna, "first", count: 1));
        await using var database = studio.OpenDatabase();
        await using var other = await database.Database.BeginTransactionAsync(Cancellation);

        // No job can be written. The submit charges the quota first, then waits here.
        await database.Database.ExecuteSqlRawAsync("LOCK TABLE \"Jobs\" IN EXCLUSIVE MODE", Cancellation);
        var submit = studio.SubmitAsync(TestRequests.FoxOf(Anna, "second", count: 1));
        await UntilAsync(studio, "SELECT count(*)::int AS \"Value\" FROM pg_locks WHERE NOT granted");

        // Now each waits for the other. The server ends the one that waits longest, the submit.
        await database.Quotas.ExecuteUpdateAsync(change => change.SetProperty(row => row.Used, row => row.Used), Cancellation);
        await other.CommitAsync(Cancellation);

        await submit;
        await using var after = studio.OpenDatabase();
        Assert.Equal(1, await after.Database.SqlQueryRaw<int>("SELECT deadlocks::int AS \"Value\" FROM pg_stat_database WHERE datname = current_database()").SingleAsync(Cancellation));
        Assert.Equal(2, await after.Jobs.CountAsync(Cancellation));
        Assert.Equal(2, await after.Ledger.CountAsync(line => line.Kind == LedgerKinds.Charge, Cancellation));
        await studio.ConsistentAsync();
    }

    public void Dispose() => folder.Dispose();

    private static async Task UntilAsync(Studio studio, string count)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        await using var database = studio.OpenDatabase();
        while (await database.Database.SqlQueryRaw<int>(count).SingleAsync(patience.Token) == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(20), patience.Token);
        }
    }
}
