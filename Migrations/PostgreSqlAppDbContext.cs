using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <summary>The model in PostgreSQL.</summary>
public sealed class PostgreSqlAppDbContext(DbContextOptions<PostgreSqlAppDbContext> options) : AppDbContext(options)
{
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

    public override Task UpgradeAsync(CancellationToken cancellationToken) => Upgrade().RunAsync(cancellationToken);

    private SchemaUpgrade Upgrade() => new(this, FormerMigrations);
}
