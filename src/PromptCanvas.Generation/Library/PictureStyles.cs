using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Data.Styles;
using PromptCanvas.Data.Texts;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PictureStyles(IDbContextFactory<AppDbContext> databases) : IStyles
{
    private const int LongestName = 100;
    private const int MostStyles = 500;

    public async Task<IReadOnlyList<StyleView>> ReadAsync(Actor actor, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var styles = await ViewsAsync(database, database.Styles.VisibleTo(actor, database.Boards), actor, cancellationToken);
        return [.. styles.OrderByDescending(style => style.IsMine).ThenBy(style => style.Name, StringComparer.CurrentCultureIgnoreCase)];
    }

    public async Task<StyleView?> FindAsync(Actor actor, Guid styleId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (await ViewsAsync(database, database.Styles.VisibleTo(actor, database.Boards).Where(style => style.Id == styleId), actor, cancellationToken)).SingleOrDefault();
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
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Own(database, actor, styleId).ExecuteUpdateAsync(
            change => change.SetProperty(style => style.Name, normalized).SetProperty(style => style.Visibility, visibility), cancellationToken) > 0
            ? Result.Done
            : Missing;
    }

    public async Task<Result> DeleteAsync(Actor actor, Guid styleId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Own(database, actor, styleId).ExecuteDeleteAsync(cancellationToken) > 0 ? Result.Done : Missing;
    }

    public static Result CheckName(string name) => TextChecks.Check("name", name)
        && (string.IsNullOrWhiteSpace(name) || name.Trim().Length > LongestName ? new InvalidInput("name", $"Give the style a name of at most {LongestName} characters.") : Result.Done);

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
