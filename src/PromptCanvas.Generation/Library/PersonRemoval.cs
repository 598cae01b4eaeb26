using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Library;

/// <inheritdoc/>
internal sealed class PersonRemoval(IDbContextFactory<AppDbContext> databases, TimeProvider clock) : IPersonRemoval
{
    public async Task<PersonBelongings> CountAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var pictures = database.Pictures.Where(picture => picture.PersonId == personId && picture.ContentHash != "");
        return new PersonBelongings(
            await pictures.CountAsync(cancellationToken),
            await pictures.CountAsync(picture => picture.Visibility == Visibilities.Team && picture.DeletedAt == null && picture.TakenDownAt == null, cancellationToken),
            await database.Boards.CountAsync(board => board.PersonId == personId, cancellationToken),
            await database.Comments.CountAsync(comment => comment.PersonId == personId, cancellationToken),
            await database.ShareLinks.CountAsync(link => link.PersonId == personId, cancellationToken));
    }

    public async Task RemoveAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var pictures = database.Pictures.Where(picture => picture.PersonId == personId);
        await Trash.MoveAsync(pictures, clock.GetUtcNow(), cancellationToken);
        await Trash.ClearAsync(pictures.Where(picture => picture.ContentHash != ""), cancellationToken);
        await database.Jobs.Where(job => job.PersonId == personId).ExecuteUpdateAsync(
            change => change.SetProperty(job => job.Prompt, "").SetProperty(job => job.NegativePrompt, (string?)null), cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
