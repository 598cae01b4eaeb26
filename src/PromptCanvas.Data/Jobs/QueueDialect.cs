using System.Data;
using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace PromptCanvas.Data.Jobs;

/// <summary>What the two databases say differently, side by side. Everything else is LINQ, or SQL that both read.</summary>
public abstract class QueueDialect
{
    private static readonly Sqlite ForSqlite = new();
    private static readonly PostgreSql ForPostgreSql = new();

    /// <summary>After FOR a row that another worker is about to take, in a claim.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Whether writers wait for each other, whatever they write.</summary>
    public abstract bool OneWriter { get; }

    /// <summary>For many reads of one moment that keep no writer waiting.</summary>
    public abstract IsolationLevel Snapshot { get; }

    /// <summary>Condition on a job's row: the database was away since its lease was last renewed, so its end says nothing about the job.</summary>
    public abstract string OutageSinceRenewal(TimeSpan lease);

    /// <summary>The database's own clock, plus <paramref name="offset"/>, as its time columns store it.</summary>
    public abstract string Now(TimeSpan offset);

    public static QueueDialect Of(DbContext database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.Database.ProviderName?.Contains("Npgsql", StringComparison.Ordinal) == true ? ForPostgreSql : ForSqlite;
    }

    private sealed class Sqlite : QueueDialect
    {
        // One writer at a time: BEGIN IMMEDIATE is the lock.
        public override string SkipLocked => "";

        public override bool OneWriter => true;

        // The driver's name for BEGIN DEFERRED; the reads are of one moment all the same.
        public override IsolationLevel Snapshot => IsolationLevel.ReadUncommitted;

        // There is no server that could be away.
        public override string OutageSinceRenewal(TimeSpan lease) => "1 = 0";

        // Times are UTC ticks; the clock is read when the statement runs, within the write lock.
        public override string Now(TimeSpan offset) => string.Create(
            CultureInfo.InvariantCulture,
            $"(CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) * {TimeSpan.TicksPerMillisecond} + {DateTimeOffset.UnixEpoch.UtcTicks + offset.Ticks})");
    }

    private sealed class PostgreSql : QueueDialect
    {
        public override string SkipLocked => "FOR UPDATE SKIP LOCKED";

        public override bool OneWriter => false;

        public override IsolationLevel Snapshot => IsolationLevel.RepeatableRead;

        public override string OutageSinceRenewal(TimeSpan lease) =>
            $"pg_postmaster_start_time() > \"LeaseUntil\" - {Interval(lease)}";

        // Not now(), which stands still during a transaction.
        public override string Now(TimeSpan offset) => $"(clock_timestamp() + {Interval(offset)})";

        private static string Interval(TimeSpan span) =>
            string.Create(CultureInfo.InvariantCulture, $"interval '{span.TotalMilliseconds} milliseconds'");
    }
}
