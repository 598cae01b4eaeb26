using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <summary>Small previews of a prompt with a style, like those of blends: free, not stored, one per person, and a newer one cancels the older one.</summary>
public interface IStylePreviews
{
    /// <summary>Draws a preview.</summary>
    /// <returns>The picture; <see cref="Superseded"/> if the person requested a newer one in the meantime; or a refusal.</returns>
    Task<Result<EncodedPicture>> DrawAsync(Actor actor, StylePreview asked, CancellationToken cancellationToken);
}

/// <summary>A prompt with a style to preview.</summary>
/// <param name="Style">The style and its weight; null = the prompt alone.</param>
/// <param name="Seed">The seed of the later job, whose first picture will match the preview.</param>
public sealed record StylePreview(string Prompt, StyleChoice? Style, uint Seed)
{
    public string? NegativePrompt { get; init; }

    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>Few decoder steps, for use while a control is being moved.</summary>
    public bool Draft { get; init; }
}
