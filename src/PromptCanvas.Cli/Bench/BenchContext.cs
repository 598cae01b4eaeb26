using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Onnx.Sessions;

namespace PromptCanvas.Cli.Bench;

/// <summary>What every measurement has to hand.</summary>
internal sealed record BenchContext(UnClipModel Model, string Folder, InferenceOptions Inference, int Repeats)
{
    /// <summary>Rows of one decoder run to measure.</summary>
    public required IReadOnlyList<int> Batches { get; init; }

    /// <summary>How many people the load generator plays.</summary>
    public required int People { get; init; }

    /// <summary>How long a picture's neighbour is watched, in seconds.</summary>
    public required double Seconds { get; init; }

    /// <summary>Side of the pictures that people ask for under load.</summary>
    public required int Size { get; init; }

    /// <summary>How many two-colour prompts are drawn to judge quality, two pictures each.</summary>
    public required int Prompts { get; init; }

    public int LargestSize => Model.Recipe.Sizes[^1];
}
