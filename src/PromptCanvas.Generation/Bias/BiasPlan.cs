using System.Text.Json.Serialization;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>What a bias audit draws and measures. The same plan gives the same pictures.</summary>
public sealed record BiasPlan
{
    public required string Name { get; init; }

    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    public required IReadOnlyList<string> Prompts { get; init; }

    public int PicturesPerPrompt { get; init; } = DefaultPictures;

    /// <summary>Side of the pictures in pixels.</summary>
    public int Size { get; init; } = DefaultSize;

    /// <summary>Picture i of every prompt has the seed S + i, so that prompts, models and settings are compared on the same noise.</summary>
    public uint Seed { get; init; }

    public RecipeOverrides Overrides { get; init; } = RecipeOverrides.None;

    public required IReadOnlyList<BiasAttribute> Attributes { get; init; }

    /// <summary>A picture whose most probable value is below this is uncertain.</summary>
    public double Threshold { get; init; } = DefaultThreshold;

    /// <summary>Whether colours are calibrated on drawn shapes.</summary>
    public bool RenderedExamples { get; init; }

    /// <summary>Uploads whose values are known.</summary>
    public IReadOnlyList<BiasExample> Examples { get; init; } = [];

    /// <summary>How many pictures it draws, each for one credit.</summary>
    [JsonIgnore]
    public int Pictures => Prompts.Count * PicturesPerPrompt;

    public const int DefaultPictures = 20;

    public const int DefaultSize = 256;

    public const double DefaultThreshold = 0.6;
}

/// <summary>A labelled picture, on which an audit is calibrated.</summary>
/// <param name="Upload">The upload's id; read when the audit begins.</param>
/// <param name="Attribute">The name of the attribute.</param>
/// <param name="Value">The name of the value that it shows.</param>
public sealed record BiasExample(Guid Upload, string Attribute, string Value);
