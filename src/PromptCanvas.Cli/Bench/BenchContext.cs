using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Bench;

/// <summary>The model and settings shared by all benchmarks.</summary>
internal sealed record BenchContext(UnClipModel Model, string Folder, InferenceOptions Inference, int Repeats)
{
    /// <summary>Rows of one decoder run to measure.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>The number of people that the load generator simulates.</summary>
    public required int People { get; init; }

    /// <summary>Duration of the measurement next to a large job, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Side in pixels of the pictures requested under load.</summary>
    public required int Size { get; init; }

    /// <summary>The number of two-colour prompts for the quality measurements, two pictures each.</summary>
    public required int Prompts { get; init; }

    public int LargestSize => Model.Recipe.Sizes[^1];
}
