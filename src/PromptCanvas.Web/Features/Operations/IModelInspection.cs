namespace PromptCanvas.Web.Features.Operations;

/// <summary>A network of a model.</summary>
/// <param name="IsLoaded">Whether its weights are in memory now.</param>
public sealed record NetworkFacts(string Name, bool IsLoaded);

/// <summary>A model on the administration page.</summary>
/// <param name="Problem">Missing or damaged files, in one sentence; null when every tensor exists and has the expected shape.</param>
/// <param name="Needs">Null when it has a problem.</param>
public sealed record ModelFacts(
    string Name, bool IsDefault, string? Problem, IReadOnlyList<int> Sizes, IReadOnlyList<NetworkFacts> Networks, NeedsFacts? Needs);

/// <summary>The disk and memory that a model needs, in bytes.</summary>
/// <param name="Disk">Size of its weights on disk.</param>
/// <param name="Memory">Size of its weights in memory once all are loaded.</param>
/// <param name="Machine">The machine's memory.</param>
/// <param name="Least">The least memory with which its stages can be loaded in turn.</param>
/// <param name="FirstStart">The process's peak when it first started with the model here; null = not measured yet.</param>
/// <param name="LaterStart">The same at later starts.</param>
public sealed record NeedsFacts(long Disk, long Memory, long Machine, long Least, long? FirstStart, long? LaterStart)
{
    /// <summary>Estimated memory for a picture of the largest size, weights included; equal to <see cref="Least"/> where all sizes need the same.</summary>
    public long LargestPicture { get; init; } = Least;
}

/// <summary>Inspects the installed models without loading weights.</summary>
public interface IModelInspection
{
    /// <summary>The devices that run the networks now, in words: CPU, CUDA GPU.</summary>
    string Device { get; }

    /// <summary>All installed models; checks each one's files, tensor names and shapes.</summary>
    IReadOnlyList<ModelFacts> Inspect();
}
