using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class FilterOptions(IDbContextFactory<AppDbContext> databases) : IFilterOptions
{
    private const int MostOfEach = 500;

    public async Task<GalleryChoices> ReadAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var makers = await database.People.Where(person => database.Pictures.VisibleTo(actor).Any(picture => picture.PersonId == person.Id))
            .OrderBy(person => person.DisplayName).ThenBy(person => person.Id).Take(MostOfEach)
            .Select(person => new NamedChoice(person.Id, person.DisplayName, null)).ToListAsync(cancellationToken);
        var boards = await (
            from board in database.Boards.VisibleTo(actor)
            join owner in database.People on board.PersonId equals owner.Id
            orderby board.PersonId == actor.PersonId descending, board.Name, board.Id
            select new { board.Id, board.Name, board.PersonId, Owner = owner.DisplayName }).Take(MostOfEach).ToListAsync(cancellationToken);
        return new GalleryChoices(
            makers, [.. boards.Select(board => new NamedChoice(board.Id, board.Name, board.PersonId == actor.PersonId ? null : board.Owner))]);
    }
}
