using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;

namespace PromptCanvas.Web.Features.Create;

/// <summary>A request from the Create page.</summary>
/// <param name="IdempotencyKey">Created once per submission; the same key returns the same job.</param>
public sealed record GenerateImages(string IdempotencyKey, string Prompt)
{
    /// <summary>Who may see the pictures.</summary>
    public string Visibility { get; init; } = Visibilities.Team;

    public string? NegativePrompt { get; init; }

    public int Count { get; init; } = 4;

    public int Size { get; init; } = 1024;

    /// <summary>Width to height; the size is the longer side.</summary>
    public AspectRatio Aspect { get; init; } = AspectRatio.Square;

    /// <summary>Whether drafts are drawn, to be finished later; they are square and have their own size.</summary>
    public bool IsDraft { get; init; }

    public uint? Seed { get; init; }

    public string? Model { get; init; }

    /// <summary>Decoder steps; null = the model's default.</summary>
    public int? Steps { get; init; }

    /// <summary>Decoder guidance scale; null = the model's default.</summary>
    public double? Guidance { get; init; }

    /// <summary>The style that is added to the prompt; null = none.</summary>
    public StyleChoice? Style { get; init; }

    internal NewJob ToJob() => new()
    {
        IdempotencyKey = IdempotencyKey,
        Visibility = Visibility,
        Prompt = Prompt.Trim(),
        NegativePrompt = string.IsNullOrWhiteSpace(NegativePrompt) ? null : NegativePrompt.Trim(),
        Count = Count,
        Size = IsDraft ? null : Size,
        Operation = IsDraft ? new DraftOperation() : new GenerateOperation(Aspect),
        Seed = Seed,
        Model = Model,
        Overrides = new RecipeOverrides { DecoderSteps = Steps, DecoderGuidance = Guidance },
        Style = Style,
    };
}
