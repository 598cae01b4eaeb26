using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Nodes;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Nodes;

/// <summary>The table of nodes. Ages are judged by the database's clock, so that a node whose clock is wrong is not taken for dead.</summary>
internal sealed class NodeRows(IDbContextFactory<AppDbContext> databases, Transactions transactions, TimeProvider clock, ClockComparison clocks)
{
    /// <summary>Time between two reports of a node.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>A node that missed four reports has stopped.</summary>
    public static readonly TimeSpan SilentAfter = Interval * 4;

    /// <summary>Two missed reports: a dead process whose place another one has taken.</summary>
    private static readonly TimeSpan ReplacedAfter = Interval * 2;

    // Nodes that stopped long ago, such as containers that were replaced, are of no interest.
    private static readonly TimeSpan RemovedAfter = TimeSpan.FromDays(1);

    /// <summary>Compares this machine's clock and writes the node's report.</summary>
    /// <returns>Whether an administrator drained it.</returns>
    public async Task<bool> ReportAsync(Node node, CancellationToken cancellationToken)
    {
        await clocks.CompareAsync(cancellationToken);
        node.ClockSeconds = (int)clocks.Ahead.TotalSeconds;
        return await WriteAsync(node, cancellationToken);
    }

    /// <summary>All nodes, and the ids of those that stopped reporting.</summary>
    public async Task<(IReadOnlyList<Node> Nodes, IReadOnlySet<string> Silent)> ReadAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var nodes = await database.Nodes.AsNoTracking().OrderBy(node => node.Name).ThenBy(node => node.StartedAt).ThenBy(node => node.Id).ToListAsync(cancellationToken);
        var silent = await Silent(database).Select(node => node.Id).ToListAsync(cancellationToken);
        return (nodes, silent.ToHashSet(StringComparer.Ordinal));
    }

    /// <returns>The node; null if there is none with this id.</returns>
    public async Task<Node?> DrainAsync(string id, bool isDrained, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        DateTimeOffset? drainedAt = isDrained ? clock.GetUtcNow() : null;
        await database.Nodes.Where(node => node.Id == id && node.DrainedAt != null != isDrained)
            .ExecuteUpdateAsync(change => change.SetProperty(node => node.DrainedAt, drainedAt), cancellationToken);
        return await database.Nodes.AsNoTracking().SingleOrDefaultAsync(node => node.Id == id, cancellationToken);
    }

    /// <summary>Removes a node that stopped reporting.</summary>
    /// <returns>The node; null if there is none, or if it reports.</returns>
    public async Task<Node?> ForgetAsync(string id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var node = await Silent(database).AsNoTracking().SingleOrDefaultAsync(row => row.Id == id, cancellationToken);
        return node is not null && await Silent(database).Where(row => row.Id == id).ExecuteDeleteAsync(cancellationToken) > 0 ? node : null;
    }

    /// <summary>Removes a node that stops in an orderly way.</summary>
    public async Task RemoveAsync(string id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Nodes.Where(node => node.Id == id).ExecuteDeleteAsync(cancellationToken);
    }

    /// <summary>Removes earlier processes of a node that have missed two reports. One that an administrator drained must have stopped, lest it take jobs again.</summary>
    /// <returns>Number of rows.</returns>
    public async Task<int> RemoveReplacedAsync(IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await NotSince(database, ReplacedAfter).Where(row => ids.Contains(row.Id) && row.DrainedAt == null).ExecuteDeleteAsync(cancellationToken)
            + await Silent(database).Where(row => ids.Contains(row.Id)).ExecuteDeleteAsync(cancellationToken);
    }

    private Task<bool> WriteAsync(Node node, CancellationToken cancellationToken) => transactions.RunAsync(
        async database =>
        {
            var row = await database.Nodes.FindAsync([node.Id], cancellationToken);
            if (row is null)
            {
                database.Nodes.Add(row = node);
            }
            else
            {
                // Not by the caller: when an administrator drained it.
                node.DrainedAt = row.DrainedAt;
                node.ReportedAt = row.ReportedAt;
                database.Entry(row).CurrentValues.SetValues(node);
            }

            await database.SaveChangesAsync(cancellationToken);
            var dialect = QueueDialect.Of(database);
            var reported = $$"""UPDATE "Nodes" SET "ReportedAt" = {{dialect.Now(TimeSpan.Zero)}} WHERE "Id" = {0}""";
            await database.Database.ExecuteSqlRawAsync(reported, [node.Id], cancellationToken);
            var old = $"""DELETE FROM "Nodes" WHERE "ReportedAt" < {dialect.Now(-RemovedAfter)}""";
            await database.Database.ExecuteSqlRawAsync(old, cancellationToken);
            return (row.DrainedAt is not null, true);
        },
        cancellationToken);

    private static IQueryable<Node> Silent(AppDbContext database) => NotSince(database, SilentAfter);

    /// <summary>Nodes whose last report is older than this by the database's clock.</summary>
    private static IQueryable<Node> NotSince(AppDbContext database, TimeSpan age)
    {
        var sql = $"SELECT * FROM \"Nodes\" WHERE \"ReportedAt\" < {QueueDialect.Of(database).Now(-age)}";
        return database.Nodes.FromSqlRaw(sql);
    }
}
