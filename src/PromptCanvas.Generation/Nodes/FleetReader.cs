using Microsoft.Extensions.Logging;
using PromptCanvas.Data.Nodes;

namespace PromptCanvas.Generation.Nodes;

/// <summary>Reads the nodes into <see cref="Fleet"/>, and removes this node's earlier processes that died, so that they raise no alarm: the process that was
/// started again takes their place.</summary>
/// <remarks>An earlier process has this one's host, name and roles, was listed when this one began, and has not reported since.</remarks>
internal sealed class FleetReader(NodeRows rows, Fleet fleet, ILogger<FleetReader> logger)
{
    private Dictionary<string, DateTimeOffset>? earlier;

    public IReadOnlyList<SilentNode> Silent => fleet.View?.Silent ?? [];

    /// <summary>Call it after each report of this node.</summary>
    public async Task ReadAsync(ThisNode here, CancellationToken cancellationToken)
    {
        var (nodes, silent) = await rows.ReadAsync(cancellationToken);
        if (HaveNotReported(here, nodes) is { Count: > 0 } former && await rows.RemoveReplacedAsync(former, cancellationToken) > 0)
        {
            logger.LogWarning("An earlier process of this node ended without saying so; this one takes its place in the list of machines");
            (nodes, silent) = await rows.ReadAsync(cancellationToken);
        }

        fleet.View = FleetView.Of(nodes, silent);
    }

    private List<string> HaveNotReported(ThisNode here, IReadOnlyList<Node> nodes)
    {
        if (earlier is null)
        {
            // Not yet: another process with the same name may just be late.
            earlier = nodes.Where(here.MayFollow).ToDictionary(node => node.Id, node => node.ReportedAt);
            return [];
        }

        earlier = nodes.Where(node => earlier.TryGetValue(node.Id, out var before) && node.ReportedAt <= before).ToDictionary(node => node.Id, node => node.ReportedAt);
        return [.. earlier.Keys];
    }
}
