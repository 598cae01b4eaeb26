using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Sharing;

namespace PromptCanvas.Web.Features.Sharing;

/// <summary>The content of a share link.</summary>
internal sealed class LinkView(IDbContextFactory<AppDbContext> databases)
{
    private const int MostPictures = 500;

    /// <summary>Null when the shared picture or board no longer exists.</summary>
    public async Task<Shared?> ReadAsync(ShareLink link, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var pictures = await database.Pictures.BehindLink(link, database.BoardPictures)
            .OrderByDescending(picture => picture.CreatedAt).ThenBy(picture => picture.ImageIndex).Take(MostPictures)
            .Select(picture => new SharedPicture(picture.Id, link.ShowsPrompt ? picture.Prompt : null, picture.Width, picture.Height)).ToListAsync(cancellationToken);
        var board = await database.Boards.Where(row => row.Id == link.BoardId).Select(row => row.Name).SingleOrDefaultAsync(cancellationToken);
        var by = await database.People.Where(person => person.Id == link.PersonId).Select(person => person.DisplayName).SingleAsync(cancellationToken);
        return pictures.Count == 0 && board is null ? null : new Shared(board, by, pictures);
    }

    public async Task<bool> ShowsAsync(ShareLink link, Guid imageId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Pictures.BehindLink(link, database.BoardPictures).AnyAsync(picture => picture.Id == imageId, cancellationToken);
    }
}

/// <summary>A shared picture or board.</summary>
/// <param name="Board">The board's name; null for a single picture.</param>
/// <param name="By">Name of the person who shares it.</param>
public sealed record Shared(string? Board, string By, IReadOnlyList<SharedPicture> Pictures);

/// <summary>A picture of a share link.</summary>
/// <param name="Prompt">Null when its owner does not share it.</param>
public sealed record SharedPicture(Guid Id, string? Prompt, int Width, int Height);
