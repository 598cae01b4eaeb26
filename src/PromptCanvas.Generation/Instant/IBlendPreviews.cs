using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <summary>
/// Small previews of blends, drawn by the decoder only. They are free and not stored. Each person has at most one in progress; a newer one cancels
/// the older one.
/// </summary>
public interface IBlendPreviews
{
    /// <summary>Draws a preview of a blend.</summary>
    /// <returns>The picture; <see cref="Superseded"/> if the person requested a newer one in the meantime; or a refusal.</returns>
    Task<Result<EncodedPicture>> BlendAsync(Actor actor, BlendPreview asked, CancellationToken cancellationToken);
}

/// <summary>A blend to preview.</summary>
/// <param name="Inputs">2 to 4 pictures and phrases with their weights.</param>
/// <param name="Seed">The seed of the later job, whose first picture will match the preview.</param>
public sealed record BlendPreview(IReadOnlyList<BlendInput> Inputs, uint Seed)
{
    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>Few decoder steps, for use while a control is being moved; otherwise the model's default, as in the job.</summary>
    public bool Draft { get; init; }
}

/// <summary>The person requested a newer picture before this one was drawn.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Superseded(string Message) : Refusal(Message);
