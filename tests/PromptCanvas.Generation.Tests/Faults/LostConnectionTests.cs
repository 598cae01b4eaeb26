using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Faults;

/// <summary>A connection that is lost within a transaction: row 9 of the fault catalogue.</summary>
public sealed class LostConnectionTests(PostgresServer server) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    // The driver noticed the loss earlier: it only says that the transaction is over.
    [Fact]
    public async Task Transaction_ConnectionWasLostBetweenTwoCommands_CountsAsAnOutage()
    {
        await using var studio = await new Studio(folder.Path, settings: await server.SettingsAsync(DatabaseProvider.PostgreSql)).PrepareAsync();
        var transactions = studio.Get<Transactions>();

        var fault = await Assert.ThrowsAnyAsync<Exception>(() => transactions.RunAsync<bool>(
            async database =>
            {
                await LoseAsync(studio, database);
                await database.Jobs.CountAsync(Cancellation);
                return (true, true);
            },
            Cancellation));

        Assert.StartsWith("The database is unavailable", studio.Get<IDatabaseFaults>().Describe(fault), StringComparison.Ordinal);
    }

    public void Dispose() => folder.Dispose();

    private static async Task LoseAsync(Studio studio, AppDbContext database)
    {
        var backend = await database.Database.SqlQueryRaw<int>("SELECT pg_backend_pid() AS \"Value\"").SingleAsync(Cancellation);
        await using (var other = studio.OpenDatabase())
        {
            await other.Database.ExecuteSqlAsync($"SELECT pg_terminate_backend({backend})", Cancellation);
        }

        await Assert.ThrowsAnyAsync<Exception>(() => database.Jobs.CountAsync(Cancellation));
    }
}
