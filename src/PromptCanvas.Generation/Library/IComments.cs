using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <summary>What people say about pictures that the team shares.</summary>
public interface IComments
{
    /// <summary>The oldest first; none where the actor may not know of the picture.</summary>
    Task<IReadOnlyList<CommentView>> ReadAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <returns>Why it was not taken; null when it was.</returns>
    Task<Refusal?> AddAsync(Actor actor, Guid imageId, string text, CancellationToken cancellationToken);

    /// <summary>Takes a comment away: whoever wrote it, and whose picture it is about.</summary>
    /// <returns>Whether it was done.</returns>
    Task<bool> DeleteAsync(Actor actor, Guid commentId, CancellationToken cancellationToken);
}

/// <summary>A comment as it is shown.</summary>
/// <param name="By">Who wrote it.</param>
/// <param name="MayDelete">Whether whoever asks may take it away.</param>
/// <param name="IsMine">Whether whoever asks wrote it.</param>
public sealed record CommentView(Guid Id, string By, string Text, DateTimeOffset At, bool MayDelete, bool IsMine);
