using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Requests;

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

    /// <summary>What the pictures show; empty where the material says enough.</summary>
    public string Prompt { get; init; } = "";

    public string? NegativePrompt { get; init; }

    /// <summary>What the pictures are made from beside the prompt; null = the prompt alone.</summary>
    public Material? Material { get; init; }

    /// <summary>How many pictures; rows have as many as their material has frames.</summary>
    public int Count { get; init; } = DefaultCount;

    /// <summary>64, 256, 512 or 1024 pixels: the side of the pictures, or of what is painted into one. Null = 1024, or what fits the painted part.</summary>
    public int? Size { get; init; }

    /// <summary>Null = choose one and store it; 0 is a seed.</summary>
    public uint? Seed { get; init; }

    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>Who may see the pictures: one of <see cref="Visibilities"/>. Null = the owner alone where they are made from something private, else the team.</summary>
    public string? Visibility { get; init; }

    /// <summary>A board that the person may see, for the pictures to go onto; null = none.</summary>
    public Guid? Board { get; init; }

    /// <summary>The name of the interface that a program uses, for its pictures to be told from others; null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>Whom a program asks for, in its own words; at most <see cref="MaximumEndUserLength"/> characters.</summary>
    public string? EndUser { get; init; }

    /// <summary>How long whoever asks waits for the last picture; what would take longer is refused. Null = as long as it takes.</summary>
    public TimeSpan? Patience { get; init; }

    public RecipeOverrides Overrides { get; init; } = RecipeOverrides.None;

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public string Kind => Material?.Kind ?? JobKinds.Generate;

    /// <summary>The longest <see cref="EndUser"/>.</summary>
    public const int MaximumEndUserLength = 256;

    /// <summary>How many pictures when nobody says.</summary>
    public const int DefaultCount = 4;

    /// <summary>The side of pictures when nobody says.</summary>
    public const int DefaultSize = 1024;
}
