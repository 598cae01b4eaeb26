namespace PromptCanvas.Data;

/// <summary>Section <c>Database</c>; the connection string of PostgreSQL is <c>ConnectionStrings:PromptCanvas</c>.</summary>
public sealed record DatabaseOptions
{
    public const string Section = "Database";

    public const string ConnectionStringName = "PromptCanvas";

    /// <summary>The database: Sqlite is a file in the data folder, PostgreSql a server.</summary>
    /// <value>Sqlite: a file in the data folder.</value>
    public DatabaseProvider Provider { get; init; } = DatabaseProvider.Sqlite;
}

/// <summary>The database that this installation uses.</summary>
/// <param name="ConnectionString">PostgreSQL's; null for SQLite.</param>
public sealed record DatabaseChoice(DatabaseProvider Provider, string? ConnectionString, string SqliteFile);

public enum DatabaseProvider
{
    Sqlite,
    PostgreSql,
}
