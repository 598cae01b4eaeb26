using PromptCanvas.Generation.Jobs;

namespace PromptCanvas.Web.Features.Create;

/// <summary>What a person asks for with Generate.</summary>
/// <param name="IdempotencyKey">Minted once per press: the same key again gives the same job.</param>
public sealed record GenerateImages(string IdempotencyKey, string Prompt)
{
    public string? NegativePrompt { get; init; }

    public int Count { get; init; } = 4;

    public int Size { get; init; } = 1024;

    public uint? Seed { get; init; }

    public string? Model { get; init; }

    internal NewJob ToJob() => new()
    {
        IdempotencyKey = IdempotencyKey,
        Prompt = Prompt.Trim(),
        NegativePrompt = string.IsNullOrWhiteSpace(NegativePrompt) ? null : NegativePrompt.Trim(),
        Count = Count,
        Size = Size,
        Seed = Seed,
        Model = Model,
    };
}
