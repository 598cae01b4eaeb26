using System.Runtime.InteropServices;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Styles;
using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Results;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PictureStyles(IDbContextFactory<AppDbContext> databases, Transactions transactions, ActLog log, TimeProvider clock) : IStyles
{
    private const int LongestName = 100;
    private const int MostStyles = 500;

    public Task<IReadOnlyList<StyleView>> ReadAsync(Actor actor, CancellationToken cancellationToken) => ReadAsync(actor, styles => styles, cancellationToken);

    public Task<IReadOnlyList<StyleView>> ReadOfBoardAsync(Actor actor, Guid boardId, CancellationToken cancellationToken) =>
        ReadAsync(actor, styles => styles.Where(style => style.BoardId == boardId), cancellationToken);

    private async Task<IReadOnlyList<StyleView>> ReadAsync(Actor actor, Func<IQueryable<Style>, IQueryable<Style>> wanted, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var styles = await ViewsAsync(database, wanted(database.Styles.VisibleTo(actor, database.Boards)), actor, cancellationToken);
        return [.. styles.OrderByDescending(style => style.IsMine).ThenBy(style => style.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    public async Task<StyleView?> FindAsync(Actor actor, Guid styleId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (await ViewsAsync(database, database.Styles.VisibleTo(actor, database.Boards).Where(style => style.Id == styleId), actor, cancellationToken)).SingleOrDefault();
    }

    /// <summary>Keeps a style that the actor made.</summary>
    public async Task<Guid> AddAsync(Actor actor, MadeStyle made, CancellationToken cancellationToken)
    {
        var row = new Style
        {
            Id = Guid.NewGuid(),
            PersonId = actor.PersonId,
            BoardId = made.Board,
            Name = made.Name,
            Model = made.Model,
            Direction = MemoryMarshal.AsBytes<float>(made.Direction).ToArray(),
            HalfReach = made.HalfReach,
            PictureCount = made.Pictures,
            CreatedAt = clock.GetUtcNow(),
        };
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.Styles.Add(row);
        await log.AddAsync(database, actor, "style.make", row.Name, $"{row.PictureCount} pictures, {row.Model}", cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        return row.Id;
    }

    public async Task<Result> ChangeAsync(Actor actor, Guid styleId, string name, string visibility, CancellationToken cancellationToken)
    {
        if (CheckName(name).Refusal is { } problem)
        {
            return problem;
        }

        if (!Visibilities.All.Contains(visibility))
        {
            return new InvalidInput("visibility", $"A style is visible to {string.Join(" or ", Visibilities.All)}.");
        }

        var normalized = TextRules.Normalize(name.Trim());
        return await LoggedAsync(
            actor,
            styleId,
            ("style.change", $"{normalized}, {visibility}"),
            own => own.ExecuteUpdateAsync(change => change.SetProperty(style => style.Name, normalized).SetProperty(style => style.Visibility, visibility), cancellationToken),
            cancellationToken);
    }

    public Task<Result> DeleteAsync(Actor actor, Guid styleId, CancellationToken cancellationToken) =>
        LoggedAsync(actor, styleId, ("style.delete", null), own => own.ExecuteDeleteAsync(cancellationToken), cancellationToken);

    public static Result CheckName(string name) => TextChecks.Check("name", name)
        && (string.IsNullOrWhiteSpace(name) || name.Trim().Length > LongestName ? new InvalidInput("name", $"Give the style a name of at most {LongestName} characters.") : Result.Done);

    // The act and its entry are one transaction.
    private Task<Result> LoggedAsync(Actor actor, Guid styleId, (string Action, string? Detail) entry, Func<IQueryable<Style>, Task<int>> act, CancellationToken cancellationToken) =>
        transactions.RunAsync<Result>(
            async database =>
            {
                var own = Own(database, actor, styleId);
                var name = await own.Select(style => style.Name).SingleOrDefaultAsync(cancellationToken);
                if (name is null || await act(own) == 0)
                {
                    return (Missing, false);
                }

                await log.AddAsync(database, actor, entry.Action, name, entry.Detail, cancellationToken);
                await database.SaveChangesAsync(cancellationToken);
                return (Result.Done, true);
            },
            cancellationToken);

    private static NotFound Missing => new("You have no style with this address.");

    private static IQueryable<Style> Own(AppDbContext database, Actor actor, Guid styleId)
    {
        var personId = actor.PersonId;
        return database.Styles.Where(style => style.Id == styleId && style.PersonId == personId);
    }

    private static async Task<List<StyleView>> ViewsAsync(AppDbContext database, IQueryable<Style> styles, Actor actor, CancellationToken cancellationToken)
    {
        var boards = database.Boards.VisibleTo(actor);
        var rows = await (
            from style in styles
            join owner in database.People on style.PersonId equals owner.Id
            orderby style.PersonId == actor.PersonId descending, style.Name, style.Id
            select new
            {
                style.Id,
                style.Name,
                style.PersonId,
                style.Model,
                style.PictureCount,
                style.CreatedAt,
                style.Visibility,
                Owner = owner.DisplayName,
                Board = boards.Where(board => board.Id == style.BoardId).Select(board => new { board.Id, board.Visibility }).FirstOrDefault(),
            }).Take(MostStyles).ToListAsync(cancellationToken);
        return [.. rows.Select(row => new StyleView(
            row.Id, row.Name, row.Owner, row.PersonId == actor.PersonId, row.Board?.Id, row.Board?.Visibility ?? row.Visibility, row.Model, row.PictureCount, row.CreatedAt))];
    }
}

/// <summary>A style that was made and is not kept yet.</summary>
/// <param name="Board">The board it was made from; null = from chosen pictures.</param>
/// <param name="Direction">E values.</param>
/// <param name="HalfReach">The part of the arc to it that half the weight is.</param>
/// <param name="Pictures">Number of pictures it was made from.</param>
internal sealed record MadeStyle(string Name, string Model, Guid? Board, float[] Direction, double HalfReach, int Pictures);
