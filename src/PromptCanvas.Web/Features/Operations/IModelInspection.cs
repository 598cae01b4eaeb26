namespace PromptCanvas.Web.Features.Operations;

/// <summary>A network of a model.</summary>
/// <param name="IsLoaded">Whether its weights are in memory now.</param>
public sealed record NetworkFacts(string Name, bool IsLoaded);

/// <summary>A model on the administration page.</summary>
/// <param name="Problem">Missing or damaged files, in one sentence; null when every tensor exists and has the expected shape.</param>
/// <param name="DiskBytes">Size of its weights on disk.</param>
/// <param name="MemoryBytes">Size of its weights in memory once all are loaded.</param>
public sealed record ModelFacts(
    string Name, bool IsDefault, string? Problem, IReadOnlyList<int> Sizes, IReadOnlyList<NetworkFacts> Networks, long DiskBytes, long MemoryBytes);

/// <summary>Inspects the installed models without loading weights.</summary>
public interface IModelInspection
{
    /// <summary>The execution provider: Cpu, Cuda or a plug-in.</summary>
    string Provider { get; }

    /// <summary>All installed models; checks each one's files, tensor names and shapes.</summary>
    IReadOnlyList<ModelFacts> Inspect();
}
