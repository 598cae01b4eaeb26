using Microsoft.Extensions.Logging;
using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Worker;

/// <summary>Exchanges what nodes know of each other: writes this one's report and reads all.</summary>
internal sealed class NodeFleet(NodeDescription description, NodeRows rows, NodeNews news, FleetReader reader, StorageFaults faults)
{
    private DateTimeOffset? lastReport;

    public ThisNode Here => description.Node;

    public NodeNews News => news;

    public IReadOnlyList<SilentNode> Silent => reader.Silent;

    /// <returns>Whether this node was drained or takes jobs again since the last report.</returns>
    public async Task<bool> ReportAsync(CancellationToken cancellationToken)
    {
        var isDrained = await rows.ReportAsync(description.Describe(), cancellationToken);
        var changed = Here.Drain(isDrained);
        if (!IsLate())
        {
            await reader.ReadAsync(Here, cancellationToken);
        }

        return changed;
    }

    /// <summary>Whether this node itself did not report for long, as after an outage of the database: the others come back at about the same time, so their
    /// last reports say nothing until the next round.</summary>
    private bool IsLate()
    {
        var before = lastReport;
        lastReport = Here.Now;
        return lastReport - before > NodeRows.SilentAfter;
    }

    /// <summary>Removes this node's row when the process stops; without the database it stays and is shown as one that stopped reporting.</summary>
    public async Task LeaveAsync(ILogger logger)
    {
        try
        {
            await rows.RemoveAsync(Here.Id, CancellationToken.None);
        }
        catch (Exception fault) when (faults.Describe(fault) is { } reason)
        {
            logger.LogWarning("This node could not be removed from the table of nodes: {Reason}", reason);
        }
    }
}
