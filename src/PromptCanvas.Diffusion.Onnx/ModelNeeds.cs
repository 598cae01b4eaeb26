using PromptCanvas.Diffusion.Onnx.Memory;

namespace PromptCanvas.Diffusion.Onnx;

/// <summary>The disk and memory that a model needs, and the memory that the machine has.</summary>
/// <param name="Disk">Bytes of its weights' files.</param>
/// <param name="Memory">Bytes of its weights in memory, 32-bit floats unless <see cref="IsQuantized"/>; pictures in the making come on top.</param>
public sealed record ModelNeeds(long Disk, long Memory)
{
    /// <summary>Memory of the process in addition to weights and pictures.</summary>
    internal const long Base = 500_000_000;

    /// <summary>Bytes of the network that takes the most memory with its <see cref="Run"/>: stages are loaded in turn where they do not all fit.</summary>
    public required long LargestNetwork { get; init; }

    /// <summary>Bytes that network takes on top for one picture of the smallest size, estimated from its configuration; 0 = not known yet, or little.</summary>
    public long Run { get; init; }

    /// <summary>Bytes for one picture of the largest size on top of <see cref="Least"/>, estimated like <see cref="Run"/>.</summary>
    public long LargestPicture { get; init; }

    /// <summary>Whether large linear layers have 8-bit weights.</summary>
    public bool IsQuantized { get; init; }

    /// <summary>Bytes of the machine's memory, a container's limit respected.</summary>
    public required long Machine { get; init; }

    /// <summary>The most the process had in memory when it first started with the model, mapped files included; null = not measured here yet.</summary>
    public long? MeasuredFirstStart { get; init; }

    /// <summary>The same at later starts, from the graph cache; null = not measured here yet.</summary>
    public long? MeasuredLaterStart { get; init; }

    /// <summary>The least memory with which its networks can be loaded and run one after another.</summary>
    public long Least => LargestNetwork + (LargestNetwork / 10) + Run + Base;

    /// <summary>Why the model cannot run here and the remedy, in one sentence; null = it can.</summary>
    public string? Refusal => Least > Machine ? MemorySentences.TooLarge("its largest network", Least, Machine, IsQuantized) : null;
}
