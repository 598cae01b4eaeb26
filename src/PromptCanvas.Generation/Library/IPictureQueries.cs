using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Reads single pictures.</summary>
public interface IPictureQueries
{
    /// <summary>A picture that the actor may see, or has put into the trash.</summary>
    /// <returns>Null also when the actor must not learn that it exists.</returns>
    Task<PictureView?> FindPictureAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>A draft of the actor's.</summary>
    Task<PictureView?> FindDraftAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Like <see cref="FindPictureAsync"/>, with <see cref="PictureView.NegativePrompt"/> and <see cref="PictureView.Recipe"/>.</summary>
    Task<PictureView?> FindWithSettingsAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Whether an address that was signed for this person still shows the picture.</summary>
    Task<bool> IsOpenAsync(Guid personId, Guid imageId, CancellationToken cancellationToken);
}
