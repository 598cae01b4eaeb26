using Microsoft.EntityFrameworkCore;
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

    public override Task UpgradeAsync(CancellationToken cancellationToken) => Upgrade().RunAsync(cancellationToken);

    // SQLite has no time type, and its provider cannot order by DateTimeOffset; ticks can be ordered and indexed.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTimeOffset>().HaveConversion<UtcTicks>();

    private SchemaUpgrade Upgrade() => new(this, FormerMigrations);

    private sealed class UtcTicks() : ValueConverter<DateTimeOffset, long>(
        time => time.UtcTicks,
        ticks => new DateTimeOffset(ticks, TimeSpan.Zero));
}
