using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Results;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Instant;

/// <summary>
/// Small pictures for somebody who is still looking for what to make: drawn by the decoder alone, kept nowhere, charged to nobody. A person has one
/// in the making at a time; a newer one ends the older.
/// </summary>
public interface IBlendPreviews
{
    /// <summary>Draws what a blend would show.</summary>
    /// <returns>The picture; <see cref="Superseded"/> when the person asked for a newer one meanwhile; or why it was refused.</returns>
    Task<Result<EncodedPicture>> BlendAsync(Actor actor, BlendPreview asked, CancellationToken cancellationToken);
}

/// <summary>A blend to look at.</summary>
/// <param name="Inputs">2 to 4 pictures and phrases with their weights.</param>
/// <param name="Seed">The seed of the job that may follow: its first picture shows the same.</param>
public sealed record BlendPreview(IReadOnlyList<BlendInput> Inputs, uint Seed)
{
    /// <summary>Null = the installation's default model.</summary>
    public string? Model { get; init; }

    /// <summary>In few steps, for a hand that moves; otherwise in the model's own, as the job will draw it.</summary>
    public bool Draft { get; init; }
}

/// <summary>The person asked for a newer one before this one was drawn.</summary>
/// <param name="Message">One sentence for the person who asked.</param>
public sealed record Superseded(string Message) : Refusal(Message);
