using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <summary>Finished pictures by position in time, so that any part of a long gallery can be shown without loading the parts before it.</summary>
/// <remarks>Positions count from the newest picture at or before a time that the caller keeps, so pictures made later shift nothing.</remarks>
public interface IPictureTimeline
{
    /// <summary>Creation times of all matching pictures, in the filter's order. They give the count and the position of each month.</summary>
    /// <param name="filter">Must not be a similarity search, which has its own order.</param>
    /// <param name="until">Excludes pictures made later.</param>
    Task<IReadOnlyList<DateTimeOffset>> TimesAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>All matching pictures in the filter's order, each with its owner.</summary>
    /// <inheritdoc cref="TimesAsync"/>
    Task<IReadOnlyList<PictureKey>> KeysAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The number of matching pictures.</summary>
    /// <inheritdoc cref="TimesAsync"/>
    Task<int> CountAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>Matching pictures from a time on, in the filter's order: at or before it where the newest come first, at or after it where the oldest do.</summary>
    /// <param name="until">Where to begin. Pass the creation time of the first wanted picture, because skipped pictures are read too.</param>
    /// <param name="start">Number of pictures to skip, from 0; for pictures with the same creation time.</param>
    /// <param name="take">Maximum number, 1 … 200.</param>
    Task<IReadOnlyList<PictureView>> ReadRangeAsync(
        Actor actor, LibraryFilter filter, DateTimeOffset until, int start, int take, CancellationToken cancellationToken);
}

/// <summary>A picture and its owner.</summary>
/// <param name="PersonId">Null for pictures from before the installation had accounts.</param>
public sealed record PictureKey(Guid Id, Guid? PersonId);
