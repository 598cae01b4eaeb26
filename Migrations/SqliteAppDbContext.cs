using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <summary>The model in SQLite.</summary>
public sealed class SqliteAppDbContext(DbContextOptions<SqliteAppDbContext> options) : AppDbContext(options)
{
    private static readonly string[] FormerMigrations =
    [
        "20261123134712_Initial",
        "20261123165625_People",
        "20261123182947_Queue",
        "20261123214128_Studio",
        "20261123231727_Sharing",
        "20261124031946_Answers",
        "20261124033350_Boards",
    ];

    public override Task<SchemaCheck> CheckSchemaAsync(CancellationToken cancellationToken) => Upgrade().CheckAsync(cancellationToken);

    public override async Task UpgradeAsync(CancellationToken cancellationToken)
    {
        await using var turn = Database.GetDbConnection().DataSource is { } file && Path.IsPathRooted(file)
            ? await UpgradeTurn.TakeAsync($"{file}.upgrade", cancellationToken)
            : null;
        await ForgetLockAsync(cancellationToken);
        await Upgrade().RunAsync(cancellationToken);
    }

    // SQLite has no time type, and its provider cannot order by DateTimeOffset; ticks can be ordered and indexed.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();

    // EF Core's own lock is a row, which a killed process leaves behind: the next one would wait for it without end.
    private async Task ForgetLockAsync(CancellationToken cancellationToken)
    {
        if (await this.GetService<IRelationalDatabaseCreator>().ExistsAsync(cancellationToken)
            && await Database.SqlQuery<int>($"SELECT COUNT(*) AS \"Value\" FROM sqlite_master WHERE name = '__EFMigrationsLock'").SingleAsync(cancellationToken) > 0)
        {
            await Database.ExecuteSqlAsync($"DELETE FROM \"__EFMigrationsLock\"", cancellationToken);
        }
    }

    private SchemaUpgrade Upgrade() => new(this, FormerMigrations);

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
        time => time.UtcTicks,
        ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
