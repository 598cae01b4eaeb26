using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Sharing;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>A person's own links. The database stores hashes of the token and the password only.</summary>
internal sealed class ShareLinks(IDbContextFactory<AppDbContext> databases, IPasswordHasher<Person> hasher, TimeProvider clock)
{
    private const int LongestPassword = 256;
    private const int MostShown = 200;

    /// <returns>The token of the URL, which cannot be read again; or why the link was refused.</returns>
    public async Task<Result<string>> MakeAsync(Actor actor, NewShareLink asked, CancellationToken cancellationToken)
    {
        if (!NewShareLink.Spans.Contains(asked.Days))
        {
            return new InvalidInput("days", $"The lifetime must be one of {string.Join(", ", NewShareLink.Spans)} days.");
        }

        if (asked.Password is { Length: > LongestPassword })
        {
            return new InvalidInput("password", $"The password is longer than {LongestPassword} characters.");
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!await IsOwnAsync(database, actor, asked, cancellationToken))
        {
            return new NotFound("You have no picture or board with this id.");
        }

        var token = SecretToken.Create();
        var now = clock.GetUtcNow();
        database.ShareLinks.Add(new ShareLink
        {
            Id = Guid.NewGuid(),
            PersonId = actor.PersonId,
            ImageId = asked.ImageId,
            BoardId = asked.BoardId,
            TokenHash = SecretToken.HashOf(token),
            PasswordHash = string.IsNullOrEmpty(asked.Password) ? null : hasher.HashPassword(null!, asked.Password),
            CreatedAt = now,
            ExpiresAt = now + TimeSpan.FromDays(asked.Days),
            AllowsDownload = asked.AllowsDownload,
            ShowsPrompt = asked.ShowsPrompt,
        });
        await database.SaveChangesAsync(cancellationToken);
        return token;
    }

    /// <summary>The valid links, newest first; of one picture or board, or all.</summary>
    public async Task<IReadOnlyList<OwnLink>> ReadAsync(Actor actor, Guid? imageId, Guid? boardId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await (
            from link in database.ShareLinks
            where link.PersonId == actor.PersonId && link.RevokedAt == null
                && (imageId == null || link.ImageId == imageId) && (boardId == null || link.BoardId == boardId)
            join row in database.Pictures on link.ImageId equals row.Id into pictures
            from picture in pictures.DefaultIfEmpty()
            join row in database.Boards on link.BoardId equals row.Id into boards
            from board in boards.DefaultIfEmpty()
            orderby link.CreatedAt descending
            select new OwnLink(
                link.Id,
                board == null ? picture!.Prompt : board.Name,
                board == null ? link.ImageId : database.BoardPictures.Where(row => row.BoardId == board.Id).OrderByDescending(row => row.At).Select(row => (Guid?)row.ImageId).FirstOrDefault(),
                board != null,
                link.PasswordHash != null,
                link.AllowsDownload,
                link.ShowsPrompt,
                link.ExpiresAt,
                link.ExpiresAt <= now,
                link.Opened)).Take(MostShown).ToListAsync(cancellationToken);
    }

    /// <summary>Revokes a link at once.</summary>
    public async Task RevokeAsync(Actor actor, Guid linkId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.ShareLinks.Where(link => link.Id == linkId && link.PersonId == actor.PersonId && link.RevokedAt == null)
            .ExecuteUpdateAsync(change => change.SetProperty(link => link.RevokedAt, now), cancellationToken);
    }

    /// <summary>Whether the person owns the picture or board, and it exists.</summary>
    public async Task<bool> IsOwnAsync(Actor actor, Guid? imageId, Guid? boardId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await IsOwnAsync(database, actor, new NewShareLink(imageId, boardId, NewShareLink.UsualDays, null, false, false), cancellationToken);
    }

    private static async Task<bool> IsOwnAsync(AppDbContext database, Actor actor, NewShareLink asked, CancellationToken cancellationToken) => asked switch
    {
        { ImageId: { } imageId, BoardId: null } => await database.Pictures.VisibleTo(actor).AnyAsync(picture => picture.Id == imageId && picture.PersonId == actor.PersonId, cancellationToken),
        { ImageId: null, BoardId: { } boardId } => await database.Boards.AnyAsync(board => board.Id == boardId && board.PersonId == actor.PersonId, cancellationToken),
        _ => false,
    };
}
