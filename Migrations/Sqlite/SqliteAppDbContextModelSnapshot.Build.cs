using Microsoft.EntityFrameworkCore;

namespace PromptCanvas.Migrations.Sqlite;

/// <summary>Gives the model to the last migration, so that it keeps no copy.</summary>
internal sealed partial class SqliteAppDbContextModelSnapshot
{
    internal static void Build(ModelBuilder modelBuilder) => new SqliteAppDbContextModelSnapshot().BuildModel(modelBuilder);
}
