using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Jobs;

/// <summary>What a person asks the queue to make.</summary>
public sealed record NewJob
{
    /// <summary>Minted once per press of the button; the same key again gives the same job.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>Who asks and pays; null = nobody is signed in, and nothing is charged.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>The person's role, for its allowance of credits; null = the installation's.</summary>
    public string? Role { get; init; }

    /// <summary>Nobody looks on: it goes after everything that somebody waits for.</summary>
    public bool Background { get; init; }

    public required string Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    public int Count { get; init; } = 4;

    /// <summary>64, 256, 512 or 1024 pixels.</summary>
    public int Size { get; init; } = 1024;

    /// <summary>Null = choose one and store it; 0 is a seed.</summary>
    public uint? Seed { get; init; }

    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>Who may see the pictures: one of <see cref="Visibilities"/>.</summary>
    public string Visibility { get; init; } = Visibilities.Team;

    public RecipeOverrides Overrides { get; init; } = RecipeOverrides.None;
}
