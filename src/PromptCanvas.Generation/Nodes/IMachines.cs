using PromptCanvas.Data.Nodes;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Nodes;

/// <summary>A node on the page of machines.</summary>
/// <param name="Node">Its last report.</param>
/// <param name="IsSilent">It stopped reporting.</param>
public sealed record Machine(Node Node, bool IsSilent)
{
    /// <summary>Whether an administrator should set its clock, although the process corrects its own times.</summary>
    public bool IsClockWrong => FleetView.HasWrongClock(Node);

    /// <summary>Whether it serves pages.</summary>
    public bool IsWeb => Node.Roles.Contains(nameof(StudioRoles.Web), StringComparison.Ordinal);

    /// <summary>Whether it makes pictures, so that it can be drained.</summary>
    public bool IsWorker => FleetView.IsWorker(Node);
}

/// <summary>The processes of the studio. The caller is responsible for authorization and for the audit log.</summary>
public interface IMachines
{
    /// <summary>The window of <see cref="Node.RecentPictures"/>.</summary>
    static readonly TimeSpan RecentWindow = TimeSpan.FromMinutes(5);

    /// <summary>All nodes by name.</summary>
    Task<IReadOnlyList<Machine>> LookAsync(CancellationToken cancellationToken);

    /// <summary>The node takes no more jobs, finishes its current step, and hands its jobs back with what is done.</summary>
    /// <returns>The node's name.</returns>
    Task<Result<string>> DrainAsync(string id, CancellationToken cancellationToken);

    /// <summary>The node takes jobs again.</summary>
    /// <returns>The node's name.</returns>
    Task<Result<string>> UndrainAsync(string id, CancellationToken cancellationToken);

    /// <summary>Removes a node that stopped reporting. It is added again if it reports after all.</summary>
    /// <returns>The node's name.</returns>
    Task<Result<string>> ForgetAsync(string id, CancellationToken cancellationToken);

    /// <summary>The nodes that stopped reporting, as of the last reading; reads memory only.</summary>
    IReadOnlyList<SilentNode> Silent { get; }

    /// <summary>The names of nodes whose machine's clock is wrong, as of the last reading; reads memory only.</summary>
    IReadOnlyList<string> WrongClocks { get; }

    /// <summary>Number of nodes by state, as of the last reading; reads memory only.</summary>
    NodeCounts Counts { get; }
}
