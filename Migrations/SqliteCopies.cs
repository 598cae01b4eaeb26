using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <summary>Whole copies of a SQLite database, while others read and write it.</summary>
public static class SqliteCopies
{
    /// <summary>Writes the database as it is at this moment into a new file.</summary>
    /// <exception cref="SqliteException">The file exists, or cannot be written.</exception>
    public static Task SaveAsync(AppDbContext database, string file, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.Database.ExecuteSqlAsync($"VACUUM INTO {file}", cancellationToken);
    }

    /// <summary>Puts the content of one file into another; whoever has the other open sees it at the next statement.</summary>
    /// <exception cref="SqliteException">Somebody writes all the time, or the disk is full: the other file is as it was.</exception>
    public static void Load(string file, string into)
    {
        using var source = Open(file);
        using var target = Open(into);
        source.BackupDatabase(target);
    }

    /// <summary>Lets go of the files that this process has open.</summary>
    public static void Release() => SqliteConnection.ClearAllPools();

    private static SqliteConnection Open(string file)
    {
        var connection = new SqliteConnection(new DbConnectionStringBuilder { ["Data Source"] = file, ["Pooling"] = false }.ConnectionString);
        connection.Open();
        return connection;
    }
}
