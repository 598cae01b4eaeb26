using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <summary>Boards: the actor's own and those shared with the team.</summary>
public interface IBoards
{
    /// <summary>The actor's own boards first, then the team's, each sorted by name.</summary>
    Task<IReadOnlyList<BoardView>> ReadAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>Null if the board does not exist or the actor may not see it.</summary>
    Task<BoardView?> FindAsync(Actor actor, Guid boardId, CancellationToken cancellationToken);

    /// <returns>The new board's id.</returns>
    Task<Result<Guid>> MakeAsync(Actor actor, string name, CancellationToken cancellationToken);

    /// <summary>Changes the name or visibility of the actor's own board.</summary>
    /// <param name="visibility">One of <see cref="Data.Pictures.Visibilities"/>.</param>
    Task<Result> ChangeAsync(Actor actor, Guid boardId, string name, string visibility, CancellationToken cancellationToken);

    /// <summary>Deletes the actor's own board; its pictures remain.</summary>
    Task DeleteAsync(Actor actor, Guid boardId, CancellationToken cancellationToken);

    /// <summary>The boards that contain a picture, among those the actor may see.</summary>
    Task<IReadOnlySet<Guid>> WithAsync(Actor actor, Guid imageId, CancellationToken cancellationToken);

    /// <summary>Adds pictures to a board; the actor must be allowed to see both.</summary>
    /// <returns>Number of pictures added.</returns>
    Task<int> AddAsync(Actor actor, Guid boardId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);

    /// <summary>Removes pictures from a board. The board's owner may remove any picture, others only their own.</summary>
    /// <returns>Number of pictures removed.</returns>
    Task<int> RemoveAsync(Actor actor, Guid boardId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken);
}

/// <summary>A board as shown to an actor.</summary>
/// <param name="Owner">The owner's name.</param>
/// <param name="Visibility">One of <see cref="Data.Pictures.Visibilities"/>.</param>
/// <param name="Count">Number of pictures that the actor may see.</param>
/// <param name="Covers">The newest of those pictures, at most four.</param>
public sealed record BoardView(Guid Id, string Name, string Owner, bool IsMine, string Visibility, int Count, IReadOnlyList<Guid> Covers);
