using System.Data;
using System.Globalization;
using Microsoft.EntityFrameworkCore;

namespace PromptCanvas.Data.Jobs;

/// <summary>SQL that differs between the two databases. Everything else is LINQ, or SQL that both accept.</summary>
public abstract class QueueDialect
{
    private static readonly Sqlite ForSqlite = new();
    private static readonly PostgreSql ForPostgreSql = new();

    /// <summary>Row lock of a claim: skips rows that another worker is claiming.</summary>
    public abstract string SkipLocked { get; }

    /// <summary>Whether the database allows only one writer at a time.</summary>
    public abstract bool OneWriter { get; }

    /// <summary>Isolation level for consistent reads that block no writer.</summary>
    public abstract IsolationLevel Snapshot { get; }

    /// <summary>Condition on a job's row: the database restarted after the lease was last renewed, so the expired lease does not indicate a crash of the worker.</summary>
    public abstract string OutageSinceRenewal(TimeSpan lease);

    /// <summary>The database's clock plus <paramref name="offset"/>, in the format of its time columns.</summary>
    public abstract string Now(TimeSpan offset);

    /// <summary>Reads the database's clock; null where it is this machine's.</summary>
    public abstract Task<DateTimeOffset?> ClockAsync(DbContext database, CancellationToken cancellationToken);

    public static QueueDialect Of(DbContext database)
    {
        ArgumentNullException.ThrowIfNull(database);
        return database.Database.ProviderName?.Contains("Npgsql", StringComparison.Ordinal) == true ? ForPostgreSql : ForSqlite;
    }

    private sealed class Sqlite : QueueDialect
    {
        // No row locks needed: BEGIN IMMEDIATE locks the whole database.
        public override string SkipLocked => "";

        public override bool OneWriter => true;

        // Microsoft.Data.Sqlite maps this level to BEGIN DEFERRED; its reads still see one snapshot.
        public override IsolationLevel Snapshot => IsolationLevel.ReadUncommitted;

        // In-process, so there is no server that could be down.
        public override string OutageSinceRenewal(TimeSpan lease) => "1 = 0";

        // Times are UTC ticks. The clock is read when the statement runs, inside the write lock.
        public override string Now(TimeSpan offset) => string.Create(
            CultureInfo.InvariantCulture,
            $"(CAST(unixepoch('now', 'subsec') * 1000 AS INTEGER) * {TimeSpan.TicksPerMillisecond} + {DateTimeOffset.UnixEpoch.UtcTicks + offset.Ticks})");

        public override Task<DateTimeOffset?> ClockAsync(DbContext database, CancellationToken cancellationToken) => Task.FromResult<DateTimeOffset?>(null);
    }

    private sealed class PostgreSql : QueueDialect
    {
        public override string SkipLocked => "FOR UPDATE SKIP LOCKED";

        public override bool OneWriter => false;

        public override IsolationLevel Snapshot => IsolationLevel.RepeatableRead;

        public override string OutageSinceRenewal(TimeSpan lease) =>
            $"pg_postmaster_start_time() > \"LeaseUntil\" - {Interval(lease)}";

        // now() would return the start time of the transaction.
        public override string Now(TimeSpan offset) => $"(clock_timestamp() + {Interval(offset)})";

        public override async Task<DateTimeOffset?> ClockAsync(DbContext database, CancellationToken cancellationToken) =>
            await database.Database.SqlQueryRaw<DateTimeOffset>("SELECT clock_timestamp() AS \"Value\"").SingleAsync(cancellationToken);

        private static string Interval(TimeSpan span) =>
            string.Create(CultureInfo.InvariantCulture, $"interval '{span.TotalMilliseconds} milliseconds'");
    }
}
