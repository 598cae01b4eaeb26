using System.Text.Json.Serialization;
using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Styles: the actor's own, those of boards that the actor may see, and those that are shared with the team.</summary>
public interface IStyles
{
    /// <summary>The actor's own styles first, each sorted by name.</summary>
    Task<IReadOnlyList<StyleView>> ReadAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>Those of one board.</summary>
    Task<IReadOnlyList<StyleView>> ReadOfBoardAsync(Actor actor, Guid boardId, CancellationToken cancellationToken);

    /// <summary>Null if the style does not exist or the actor may not see it.</summary>
    Task<StyleView?> FindAsync(Actor actor, Guid styleId, CancellationToken cancellationToken);

    /// <summary>Renames the actor's own style, and shares it with the team or not; one of a board is visible as the board is.</summary>
    /// <param name="visibility">One of <see cref="Data.Pictures.Visibilities"/>.</param>
    Task<Result> ChangeAsync(Actor actor, Guid styleId, string name, string visibility, CancellationToken cancellationToken);

    /// <summary>Deletes the actor's own style. Pictures made with it remain as they are, and jobs that wait keep it.</summary>
    Task<Result> DeleteAsync(Actor actor, Guid styleId, CancellationToken cancellationToken);
}

/// <summary>A style as shown to an actor.</summary>
/// <param name="Owner">The name of its maker.</param>
/// <param name="BoardId">The board it was made from, if the board still exists and the actor may see it.</param>
/// <param name="Visibility">One of <see cref="Data.Pictures.Visibilities"/>: the board's, or its own.</param>
/// <param name="Model">The model that it can be used with.</param>
/// <param name="PictureCount">Number of pictures it was made from.</param>
public sealed record StyleView(
    Guid Id, string Name, string Owner, bool IsMine, Guid? BoardId, string Visibility, string Model, int PictureCount, DateTimeOffset CreatedAt)
{
    /// <summary>Whether half its weight brings pictures nearer to its own; known only to its maker, when it is made.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ShowsAtHalf { get; init; }
}
