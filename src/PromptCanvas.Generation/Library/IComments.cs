using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <summary>Comments on pictures that are shared with the team.</summary>
public interface IComments
{
    /// <summary>Oldest first; empty if the actor may not see the picture.</summary>
    Task<IReadOnlyList<CommentView>> ReadAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    Task<Result> AddAsync(Actor actor, Guid imageId, string text, CancellationToken cancellationToken);

    /// <summary>Deletes a comment. Its author and the picture's owner may do so.</summary>
    /// <returns>Whether a comment was deleted.</returns>
    Task<bool> DeleteAsync(Actor actor, Guid commentId, CancellationToken cancellationToken);
}

/// <summary>A comment as shown to an actor.</summary>
/// <param name="By">The author.</param>
/// <param name="MayDelete">Whether the actor may delete it.</param>
/// <param name="IsMine">Whether the actor is the author.</param>
public sealed record CommentView(Guid Id, string By, string Text, DateTimeOffset At, bool MayDelete, bool IsMine);
