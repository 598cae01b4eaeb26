using System.Data;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <summary>The model in PostgreSQL.</summary>
public sealed class PostgreSqlAppDbContext(DbContextOptions<PostgreSqlAppDbContext> options) : AppDbContext(options)
{
    // Any number that nothing else in the database uses: "PromptCa" in ASCII.
    private const long UpgradeLock = 0x50726F6D70744361;

    private static readonly TimeSpan BetweenTries = TimeSpan.FromMilliseconds(200);

    // Building an index on a large table takes minutes.
    private static readonly TimeSpan UpgradeLimit = TimeSpan.FromHours(1);

    private static readonly string[] FormerMigrations =
    [
        "20261123134718_Initial",
        "20261123165746_People",
        "20261123183024_Queue",
        "20261123214140_Studio",
        "20261123231752_Sharing",
        "20261124031953_Answers",
        "20261124033405_Boards",
    ];

    public override Task<SchemaCheck> CheckSchemaAsync(CancellationToken cancellationToken) => Upgrade().CheckAsync(cancellationToken);

    // EF Core locks each migration on its own, so without this lock another process could begin between two of them.
    public override async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        var creator = this.GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync(cancellationToken))
        {
            await creator.CreateAsync(cancellationToken);
        }

        await Database.OpenConnectionAsync(cancellationToken);
        try
        {
            // Not pg_advisory_lock: another process may need longer than a command may take.
            while (!await Database.SqlQuery<bool>($"SELECT pg_try_advisory_lock({UpgradeLock}) AS \"Value\"").SingleAsync(cancellationToken))
            {
                await Task.Delay(BetweenTries, cancellationToken);
            }

            // The connection string may limit queries to seconds.
            Database.SetCommandTimeout(UpgradeLimit);
            await Upgrade().RunAsync(cancellationToken);
        }
        finally
        {
            if (Database.GetDbConnection().State == ConnectionState.Open)
            {
                await Database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({UpgradeLock})", CancellationToken.None);
            }

            await Database.CloseConnectionAsync();
        }
    }

    private SchemaUpgrade Upgrade() => new(this, FormerMigrations);
}
