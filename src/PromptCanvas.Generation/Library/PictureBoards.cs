using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Boards;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PictureBoards(IDbContextFactory<AppDbContext> databases, TimeProvider clock) : IBoards
{
    private const int LongestName = 100;
    private const int MostBoards = 500;
    private const int Covers = 4;

    public async Task<IReadOnlyList<BoardView>> ReadAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var boards = await ViewsAsync(database, database.Boards.VisibleTo(actor), actor, cancellationToken);
        return [.. boards.OrderByDescending(board => board.IsMine).ThenBy(board => board.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    public async Task<BoardView?> FindAsync(Actor actor, Guid boardId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (await ViewsAsync(database, database.Boards.VisibleTo(actor).Where(board => board.Id == boardId), actor, cancellationToken)).SingleOrDefault();
    }

    public async Task<Result<Guid>> MakeAsync(Actor actor, string name, CancellationToken cancellationToken)
    {
        if (CheckName(name).Refusal is { } problem)
        {
            return problem;
        }

        var board = new Board { Id = Guid.NewGuid(), PersonId = actor.PersonId, Name = TextRules.Normalize(name.Trim()), CreatedAt = clock.GetUtcNow() };
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.Boards.Add(board);
        await database.SaveChangesAsync(cancellationToken);
        return board.Id;
    }

    public async Task<Result> ChangeAsync(Actor actor, Guid boardId, string name, string visibility, CancellationToken cancellationToken)
    {
        if (CheckName(name).Refusal is { } problem)
        {
            return problem;
        }

        if (!Visibilities.All.Contains(visibility))
        {
            return new InvalidInput("visibility", $"A board is visible to {string.Join(" or ", Visibilities.All)}.");
        }

        var normalized = TextRules.Normalize(name.Trim());
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Own(database, actor, boardId).ExecuteUpdateAsync(
            change => change.SetProperty(board => board.Name, normalized).SetProperty(board => board.Visibility, visibility), cancellationToken) > 0
            ? Result.Done
            : new NotFound("You have no board with this address.");
    }

    public async Task DeleteAsync(Actor actor, Guid boardId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await Own(database, actor, boardId).ExecuteDeleteAsync(cancellationToken);
    }

    public async Task<IReadOnlySet<Guid>> WithAsync(Actor actor, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Boards.VisibleTo(actor).Where(board => database.BoardPictures.Any(place => place.BoardId == board.Id && place.ImageId == imageId))
            .Select(board => board.Id).ToHashSetAsync(cancellationToken);
    }

    public async Task<int> AddAsync(Actor actor, Guid boardId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await database.Boards.VisibleTo(actor).AnyAsync(board => board.Id == boardId, cancellationToken))
        {
            return 0;
        }

        var added = await database.Pictures.VisibleTo(actor)
            .Where(picture => imageIds.Contains(picture.Id) && !database.BoardPictures.Any(place => place.BoardId == boardId && place.ImageId == picture.Id))
            .Select(picture => picture.Id).ToListAsync(cancellationToken);
        var now = clock.GetUtcNow();
        database.BoardPictures.AddRange(added.Select(id => new BoardPicture { BoardId = boardId, ImageId = id, At = now }));
        await database.SaveChangesAsync(cancellationToken);
        return added.Count;
    }

    public async Task<int> RemoveAsync(Actor actor, Guid boardId, IReadOnlyCollection<Guid> imageIds, CancellationToken cancellationToken)
    {
        var personId = actor.PersonId;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.BoardPictures.Where(place => place.BoardId == boardId && imageIds.Contains(place.ImageId)
            && (database.Boards.Any(board => board.Id == boardId && board.PersonId == personId)
                || database.Pictures.Any(picture => picture.Id == place.ImageId && picture.PersonId == personId))).ExecuteDeleteAsync(cancellationToken);
    }

    private static IQueryable<Board> Own(AppDbContext database, Actor actor, Guid boardId)
    {
        var personId = actor.PersonId;
        return database.Boards.Where(board => board.Id == boardId && board.PersonId == personId);
    }

    private static Result CheckName(string name) => TextChecks.Check("name", name)
        && (string.IsNullOrWhiteSpace(name) || name.Trim().Length > LongestName ? new InvalidInput("name", $"Give the board a name of at most {LongestName} characters.") : Result.Done);

    private static async Task<List<BoardView>> ViewsAsync(AppDbContext database, IQueryable<Board> boards, Actor actor, CancellationToken cancellationToken)
    {
        var rows = await (
            from board in boards
            join owner in database.People on board.PersonId equals owner.Id
            orderby board.PersonId == actor.PersonId descending, board.Name, board.Id
            select new { board.Id, board.Name, board.PersonId, board.Visibility, Owner = owner.DisplayName }).Take(MostBoards).ToListAsync(cancellationToken);
        var ids = rows.Select(row => row.Id).ToList();
        var places = await (
            from place in database.BoardPictures
            where ids.Contains(place.BoardId)
            join picture in database.Pictures.VisibleTo(actor) on place.ImageId equals picture.Id
            orderby place.At descending
            select new { place.BoardId, place.ImageId }).ToListAsync(cancellationToken);
        var pictures = places.ToLookup(place => place.BoardId, place => place.ImageId);
        return [.. rows.Select(row => new BoardView(
            row.Id, row.Name, row.Owner, row.PersonId == actor.PersonId, row.Visibility, pictures[row.Id].Count(), [.. pictures[row.Id].Take(Covers)]))];
    }
}
