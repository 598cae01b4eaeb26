using Microsoft.Extensions.Options;
using PromptCanvas.Data.Nodes;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Nodes;

namespace PromptCanvas.Generation.Worker;

/// <inheritdoc/>
/// <remarks>A process that owns its queue alone writes no rows: it describes itself when it is asked, and being drained ends with the process.</remarks>
internal sealed class Machines(NodeDescription here, NodeRows rows, NodeNews news, Fleet fleet, IOptions<GenerationOptions> options) : IMachines
{
    private static readonly NotFound Unknown = new("There is no such machine any more; reload the page.");

    private DateTimeOffset? drainedAt;

    public IReadOnlyList<SilentNode> Silent => fleet.View?.Silent ?? [];

    public IReadOnlyList<string> WrongClocks => fleet.View?.WrongClocks ?? [];

    public NodeCounts Counts => fleet.View?.Counts ?? new NodeCounts(Working: 1, Drained: 0, Silent: 0);

    public async Task<IReadOnlyList<Machine>> LookAsync(CancellationToken cancellationToken)
    {
        if (!options.Value.SharedQueue)
        {
            return [new Machine(Here(), IsSilent: false)];
        }

        var (nodes, silent) = await rows.ReadAsync(cancellationToken);
        return [.. nodes.Select(node => new Machine(node, silent.Contains(node.Id)))];
    }

    public Task<Result<string>> DrainAsync(string id, CancellationToken cancellationToken) => DrainAsync(id, isDrained: true, cancellationToken);

    public Task<Result<string>> UndrainAsync(string id, CancellationToken cancellationToken) => DrainAsync(id, isDrained: false, cancellationToken);

    public async Task<Result<string>> ForgetAsync(string id, CancellationToken cancellationToken)
    {
        if (await rows.ForgetAsync(id, cancellationToken) is not { } node)
        {
            return new InvalidInput("id", "Only a machine that stopped reporting can be forgotten; stop its process first.");
        }

        news.Tell();
        return node.Name;
    }

    private async Task<Result<string>> DrainAsync(string id, bool isDrained, CancellationToken cancellationToken)
    {
        var node = options.Value.SharedQueue ? await rows.DrainAsync(id, isDrained, cancellationToken) : DrainHere(id, isDrained);
        if (node is null)
        {
            return Unknown;
        }

        news.Tell();
        return node.Name;
    }

    private Node? DrainHere(string id, bool isDrained)
    {
        if (id != here.Node.Id)
        {
            return null;
        }

        drainedAt = isDrained ? here.Node.Now : null;
        fleet.View = isDrained ? new FleetView([], [], new NodeCounts(Working: 0, Drained: 1, Silent: 0)) : null;
        here.Node.Drain(isDrained);
        return Here();
    }

    private Node Here()
    {
        var node = here.Describe();
        (node.ReportedAt, node.DrainedAt) = (here.Node.Now, here.Node.IsDrained ? drainedAt : null);
        return node;
    }
}
