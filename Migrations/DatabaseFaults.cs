using System.Data.Common;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <inheritdoc/>
internal sealed class DatabaseFaults : IDatabaseFaults
{
    private const int SqliteBusy = 5;
    private const int SqliteReadOnly = 8;
    private const int SqliteInputOutput = 10;
    private const int SqliteFull = 13;
    private const int SqliteCannotOpen = 14;

    public string? Describe(Exception fault) => (fault is DbUpdateException ? fault.InnerException : fault) switch
    {
        SqliteException sqlite => DescribeSqlite(sqlite.SqliteErrorCode),
        DbException other => DescribePostgreSql(other),
        _ => null,
    };

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
