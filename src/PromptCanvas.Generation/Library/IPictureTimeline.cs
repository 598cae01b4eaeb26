using PromptCanvas.Data.Access;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Generation.Library;

/// <summary>The finished pictures by place in time, so that any part of a long gallery can be shown without what lies before it.</summary>
/// <remarks>Places are counted from the newest picture not younger than a moment the caller keeps: what is made meanwhile moves nothing.</remarks>
public interface IPictureTimeline
{
    /// <summary>When each matching picture was made, newest first: their number, and where a month begins.</summary>
    /// <param name="filter">Not one by likeness, which has an order of its own.</param>
    /// <param name="until">Pictures made later do not count.</param>
    Task<IReadOnlyList<DateTimeOffset>> TimesAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The number alone.</summary>
    /// <inheritdoc cref="TimesAsync"/>
    Task<int> CountAsync(Actor actor, LibraryFilter filter, DateTimeOffset until, CancellationToken cancellationToken);

    /// <summary>The matching pictures from a moment back, newest first.</summary>
    /// <param name="until">Where to begin: best the moment of the first that is wanted, for pictures that are skipped are read.</param>
    /// <param name="start">How many of those to skip, from 0: the ones of the same moment that come before.</param>
    /// <param name="take">1 … 200.</param>
    Task<IReadOnlyList<PictureView>> ReadRangeAsync(
        Actor actor, LibraryFilter filter, DateTimeOffset until, int start, int take, CancellationToken cancellationToken);
}
