using Microsoft.EntityFrameworkCore;

namespace PromptCanvas.Migrations.PostgreSql;

/// <summary>Gives the model to the last migration, so that it keeps no copy.</summary>
internal sealed partial class PostgreSqlAppDbContextModelSnapshot
{
    internal static void Build(ModelBuilder modelBuilder) => new PostgreSqlAppDbContextModelSnapshot().BuildModel(modelBuilder);
}
