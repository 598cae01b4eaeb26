using PromptCanvas.Data.Nodes;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Nodes;

/// <summary>A worker that takes jobs.</summary>
/// <param name="Models">The models that it can run.</param>
/// <param name="Loaded">Those whose weights are in its memory.</param>
/// <param name="Rates">Its own measurements.</param>
internal sealed record LiveWorker(string Id, IReadOnlyList<string> Models, IReadOnlyList<string> Loaded, IReadOnlyList<PictureRate> Rates)
{
    public static LiveWorker Of(Node node) =>
        new(node.Id, Node.NamesOf(node.Models), Node.NamesOf(node.LoadedModels), PictureRate.FromJson(node.PictureSeconds));

    /// <summary>Null if it has not made such pictures yet.</summary>
    public double? SecondsOf(string model, string kind, int size) =>
        Rates.FirstOrDefault(rate => rate.Model == model && rate.Kind == kind && rate.Size == size)?.Seconds;
}

/// <summary>A node that stopped reporting without saying goodbye.</summary>
/// <param name="Since">Its last report.</param>
public sealed record SilentNode(string Id, string Name, DateTimeOffset Since);

/// <summary>Number of nodes by state.</summary>
/// <param name="Drained">Of those that report.</param>
public readonly record struct NodeCounts(int Working, int Drained, int Silent);

/// <summary>The nodes as this process last read them.</summary>
/// <param name="Workers">Those that report and are not drained.</param>
internal sealed record FleetView(IReadOnlyList<LiveWorker> Workers, IReadOnlyList<SilentNode> Silent, NodeCounts Counts)
{
    private const int LeastWrongSeconds = 30;

    /// <summary>Names of those that report and whose clock is wrong.</summary>
    public IReadOnlyList<string> WrongClocks { get; init; } = [];

    /// <param name="silent">Ids of those that stopped reporting.</param>
    public static FleetView Of(IReadOnlyList<Node> nodes, IReadOnlySet<string> silent)
    {
        var live = nodes.Where(node => !silent.Contains(node.Id)).ToList();
        var drained = live.Count(node => node.DrainedAt is not null);
        return new FleetView(
            [.. live.Where(node => node.DrainedAt is null && IsWorker(node)).Select(LiveWorker.Of)],
            [.. nodes.Where(node => silent.Contains(node.Id)).Select(node => new SilentNode(node.Id, node.Name, node.ReportedAt))],
            new NodeCounts(live.Count - drained, drained, silent.Count))
        {
            WrongClocks = [.. live.Where(HasWrongClock).Select(node => node.Name).Distinct()],
        };
    }

    /// <summary>Whether somebody should set its machine's clock, although the process corrects its own times.</summary>
    public static bool HasWrongClock(Node node) => Math.Abs(node.ClockSeconds) >= LeastWrongSeconds;

    public static bool IsWorker(Node node) => node.Roles.Contains(nameof(StudioRoles.Worker), StringComparison.Ordinal);
}

/// <summary>Keeps the latest <see cref="FleetView"/> for the claim and the forecast, which read it in memory.</summary>
internal sealed class Fleet
{
    private volatile FleetView? view;

    /// <summary>Null where this process is the only one, and before the first reading.</summary>
    public FleetView? View
    {
        get => view;
        set => view = value;
    }
}
