using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace PromptCanvas.Data;

/// <summary>Tells a database that cannot write now from one that is told something wrong.</summary>
public static class DatabaseFaults
{
    private const int SqliteBusy = 5;
    private const int SqliteReadOnly = 8;
    private const int SqliteInputOutput = 10;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;

    /// <summary>One sentence on why the database cannot write now; null when the fault is another one.</summary>
    public static string? Describe(Exception fault)
    {
        ArgumentNullException.ThrowIfNull(fault);
        return (fault as DbException ?? (fault as DbUpdateException)?.InnerException as DbException) switch
        {
            null => null,
            { SqlState: not null } other => DescribePostgreSql(other),
            var sqlite => DescribeSqlite(sqlite.ErrorCode),
        };
    }

    // Microsoft.Data.Sqlite hands SQLite's primary result code on as ErrorCode.
    private static string? DescribeSqlite(int code) => code switch
    {
        SqliteBusy => "The database is busy; try again in a moment.",
        SqliteReadOnly => "The database is read-only; make the data folder writable.",
        SqliteInputOutput => "The database's disk reports an error; check the disk of the data folder.",
        SqliteFull => "The disk is full; free some space and try again.",
        SqliteCannotOpen => "The database file cannot be opened; check the data folder.",
        _ => null,
    };

    private static string? DescribePostgreSql(DbException fault) => fault.SqlState switch
    {
        "53100" => "The database's disk is full; free some space and try again.",
        "25006" => "The database is read-only.",
        _ when fault.IsTransient => "The database is unavailable; try again in a moment.",
        _ => null,
    };
}
