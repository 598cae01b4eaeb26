using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Library;

/// <summary>A finished picture as shown in the gallery.</summary>
public sealed record PictureView(Guid Id, Guid JobId, int Index, string Prompt, uint Seed, string Model, int Width, int Height, DateTimeOffset CreatedAt)
{
    /// <summary>The owner; null for pictures from before the installation had accounts.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public string Kind { get; init; } = JobKinds.Generate;

    /// <summary>The name of the API that a program used; null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>The studio's pictures it was made from, as far as the actor may see them.</summary>
    public IReadOnlyList<Guid> Parents { get; init; } = [];

    /// <summary>One of <see cref="Visibilities"/>.</summary>
    public string Visibility { get; init; } = Visibilities.Team;

    /// <summary>The name of its maker where that is another person. Read in lists only.</summary>
    public string? Maker { get; init; }

    /// <summary>Whether the actor marked it as a favourite. Read in lists only.</summary>
    public bool IsFavourite { get; init; }

    /// <summary>The negative prompt; null = none. Read by <see cref="IPictureQueries.FindWithSettingsAsync"/> only.</summary>
    public string? NegativePrompt { get; init; }

    /// <summary>Steps, samplers and guidance; null if its format is no longer supported. Read by <see cref="IPictureQueries.FindWithSettingsAsync"/> only.</summary>
    public EffectiveRecipe? Recipe { get; init; }

    /// <summary>When its owner moved it to the trash; null = not in the trash.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>One page of the gallery, newest first.</summary>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record PicturePage(IReadOnlyList<PictureView> Pictures, string? Next);
