using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <summary>Boards: a person's own, and those that the team shares.</summary>
public interface IBoards
{
    /// <summary>One's own first, then the team's, each by name.</summary>
    Task<IReadOnlyList<BoardView>> ReadAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>Null also when the actor may not know of it.</summary>
    Task<BoardView?> FindAsync(Actor actor, Guid boardId, CancellationToken cancellationToken);

    /// <returns>The new board's id.</returns>
    Task<Result<Guid>> MakeAsync(Actor actor, string name, CancellationToken cancellationToken);

    /// <summary>Renames one's own board, or shows it to others.</summary>
    /// <param name="visibility">One of <see cref="Data.Pictures.Visibilities"/>.</param>
    /// <returns>Why it was not done; null when it was.</returns>
    Task<Refusal?> ChangeAsync(Actor actor, Guid boardId, string name, string visibility, CancellationToken cancellationToken);

    /// <summary>Takes one's own board away; its pictures stay where they are.</summary>
    Task DeleteAsync(Actor actor, Guid boardId, CancellationToken cancellationToken);

    /// <summary>The boards that a picture is on, of those the actor may see.</summary>
    Task<IReadOnlySet<Guid>> WithAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Puts pictures that the actor may see onto a board that the actor may see.</summary>
    /// <returns>How many are new there.</returns>
    Task<int> AddAsync(Actor actor, Guid boardId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>Takes pictures off: the board's owner any, others their own.</summary>
    /// <returns>How many.</returns>
    Task<int> RemoveAsync(Actor actor, Guid boardId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);
}

/// <summary>A board as it is shown.</summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Visibility">One of <see cref="Data.Pictures.Visibilities"/>.</param>
/// <param name="Count">The pictures on it that whoever asks may see.</param>
/// <param name="Covers">The newest of them, at most four.</param>
public sealed record BoardView(Guid Id, string Name, string Owner, bool IsMine, string Visibility, int Count, IReadOnlyList<Guid> Covers);
