using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Instant;

/// <summary>Makes styles from pictures. Free, within the person's compute budget.</summary>
public interface IStyleMaking
{
    /// <summary>The fewest pictures of a style: with one, it would be that picture's content.</summary>
    const int FewestPictures = 2;

    /// <summary>The most pictures of a style; of a larger board the newest count.</summary>
    const int MostPictures = 20;

    /// <summary>Makes a style.</summary>
    /// <returns>The new style, or why there is none.</returns>
    Task<Result<StyleMade>> MakeAsync(Actor actor, NewStyle asked, CancellationToken cancellationToken);
}

/// <summary>A style that was made.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ShowsAtHalf">Whether pictures with half its weight come nearer to its pictures. If not, it arrives all at once: further on.</param>
public sealed record StyleMade(Guid Id, bool ShowsAtHalf);

/// <summary>A style to make, from a board or from chosen pictures.</summary>
/// <param name="Name">Its name.</param>
public sealed record NewStyle(string Name)
{
    /// <summary>A board that the person may see.</summary>
    public Guid? Board { get; init; }

    /// <summary>Pictures that the person may see, without a board.</summary>
    public IReadOnlyList<Guid> Pictures { get; init; } = [];

    /// <summary>The model that will use it; null = the installation's default.</summary>
    public string? Model { get; init; }
}
