using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <summary>Online copies of a SQLite database, while other connections read and write it.</summary>
public static class SqliteCopies
{
    /// <summary>Writes a consistent snapshot of the database to a new file.</summary>
    /// <exception cref="SqliteException">The file exists or is not writable.</exception>
    public static Task SaveAsync(AppDbContext database, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.Database.ExecuteSqlAsync($"VACUUM INTO {file}", cancellationToken);
    }

    /// <summary>Replaces the content of one database file with another's; open connections see it at their next statement.</summary>
    /// <exception cref="SqliteException">The target is constantly being written, or the disk is full; the target is unchanged.</exception>
    public static void Load(string file, string into)
    {
        using var source = Open(file);
        using var target = Open(into);
        source.BackupDatabase(target);
    }

    /// <summary>Closes this process's pooled connections, so that their files are released.</summary>
    public static void Release() => SqliteConnection.ClearAllPools();

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new DbConnectionStringBuilder { ["Data Source"] = file, ["Pooling"] = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
