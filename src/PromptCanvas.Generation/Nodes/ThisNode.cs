using System.Reflection;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Nodes;

/// <summary>This process as a node of the studio.</summary>
internal sealed class ThisNode(IOptions<StudioOptions> options, TimeProvider clock) : IDisposable
{
    private readonly Lock gate = new();
    private CancellationTokenSource leaving = new();

    /// <summary>Identifies this process in the column LeasedBy and in the table of nodes; new after each start.</summary>
    public string Id { get; } = $"{Environment.MachineName}-{Guid.NewGuid():N}";

    /// <summary>The name that people read.</summary>
    public string Name { get; } = options.Value.Node is { Length: > 0 } name ? name : Environment.MachineName;

    public StudioOptions Options => options.Value;

    public string Version { get; } =
        typeof(ThisNode).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0] ?? "";

    public DateTimeOffset StartedAt { get; } = clock.GetUtcNow();

    public DateTimeOffset Now => clock.GetUtcNow();

    /// <summary>Whether this process may be the same installation started again: the same host, name and roles. The id begins with the host and ends with 32 digits.</summary>
    public bool MayFollow(Data.Nodes.Node other) =>
        other.Id != Id && other.Id.Length == Id.Length && other.Id.StartsWith($"{Environment.MachineName}-", StringComparison.Ordinal)
        && other.Name == Name && other.Roles == Options.Roles.ToString();

    /// <summary>An administrator drained it: it claims nothing, and its jobs are handed back.</summary>
    public bool IsDrained => Leaving.IsCancellationRequested;

    /// <summary>Cancelled while the node is drained.</summary>
    public CancellationToken Leaving
    {
        get
        {
            lock (gate)
            {
                return leaving.Token;
            }
        }
    }

    /// <returns>Whether that changed anything.</returns>
    public bool Drain(bool isDrained)
    {
        CancellationTokenSource source;
        lock (gate)
        {
            if (leaving.IsCancellationRequested == isDrained)
            {
                return false;
            }

            if (!isDrained)
            {
                leaving.Dispose();
                leaving = new CancellationTokenSource();
                return true;
            }

            source = leaving;
        }

        source.Cancel();
        return true;
    }

    public void Dispose() => leaving.Dispose();
}
