using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Instant;

/// <summary>Describes uploads by captions.</summary>
public interface IUploadCaptions
{
    /// <summary>The caption of the model's list that matches an upload best.</summary>
    /// <param name="model">Null = the default model.</param>
    /// <returns>Null if the upload or the captions are missing.</returns>
    Task<string?> CaptionAsync(Actor actor, Guid uploadId, string? model, CancellationToken cancellationToken);
}
