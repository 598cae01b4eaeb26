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

    private const string PostgreSqlFull = "53100";
    private const string PostgreSqlReadOnly = "25006";
    private const string Serialization = "40001";
    private const string Deadlock = "40P01";
    private const string UniqueViolation = "23505";
    private const string AdminShutdown = "57P01";
    private const string CrashShutdown = "57P02";

    public string? Describe(Exception fault) => Inner(fault) switch
    {
        SqliteException sqlite => DescribeSqlite(sqlite.SqliteErrorCode),
        DbException other => DescribePostgreSql(other),
        _ => null,
    };

    public bool IsFull(Exception fault) => Inner(fault) switch
    {
        SqliteException sqlite => sqlite.SqliteErrorCode == SqliteFull,
        DbException other => other.SqlState == PostgreSqlFull,
        _ => false,
    };

    public bool IsConflict(Exception fault) => fault is DbUpdateConcurrencyException ||
        Inner(fault) is DbException { SqlState: Serialization or Deadlock or UniqueViolation };

    private static Exception? Inner(Exception? fault) => fault is DbUpdateException or InvalidOperationException or AggregateException ? Inner(fault.InnerException) : fault;

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
        PostgreSqlFull => "The database's disk is full; free some space and try again.",
        PostgreSqlReadOnly => "The database is read-only.",
        AdminShutdown or CrashShutdown => "The database is unavailable; try again in a moment.",
        _ when fault.IsTransient => "The database is unavailable; try again in a moment.",
        _ => null,
    };
}
