using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Storage;

/// <summary>Actions of its owner on the trash, except for restoring.</summary>
public interface ITrash
{
    /// <summary>For how many days a deleted picture can be restored.</summary>
    int Days { get; }

    /// <summary>Deletes pictures in the actor's trash permanently; their files go with the next sweep.</summary>
    /// <param name="imageIds">Null = all of them.</param>
    /// <returns>Number of pictures deleted.</returns>
    Task<int> PurgeAsync(Actor actor, IReadOnlyCollection<Guid>? imageIds, CancellationToken cancellationToken);
}
