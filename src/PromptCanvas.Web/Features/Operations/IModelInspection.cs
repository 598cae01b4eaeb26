namespace PromptCanvas.Web.Features.Operations;

/// <summary>A network of a model.</summary>
/// <param name="IsLoaded">Whether its weights are in memory now.</param>
public sealed record NetworkFacts(string Name, bool IsLoaded);

/// <summary>A model as an administrator sees it.</summary>
/// <param name="Problem">What is missing or damaged, in one sentence; null when every tensor is there and has the expected shape.</param>
/// <param name="DiskBytes">Of its weights.</param>
/// <param name="MemoryBytes">Of its weights once all are loaded.</param>
public sealed record ModelFacts(
    string Name, bool IsDefault, string? Problem, IReadOnlyList<int> Sizes, IReadOnlyList<NetworkFacts> Networks, long DiskBytes, long MemoryBytes);

/// <summary>Looks at the installed models without loading any.</summary>
public interface IModelInspection
{
    /// <summary>What runs the networks: Cpu, Cuda or a plug-in.</summary>
    string Provider { get; }

    /// <summary>Every model there is now; each one's files, names and shapes are checked.</summary>
    IReadOnlyList<ModelFacts> Inspect();
}
