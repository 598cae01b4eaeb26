using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;

namespace PromptCanvas.Web.Features.People;

/// <summary>Deletes accounts. The ledger stays, without a name: it refers to the account by its id alone.</summary>
internal sealed class PersonRemoval(IDbContextFactory<AppDbContext> databases, PeopleAdministration administration, AuditLog audit, TimeProvider clock)
{
    /// <summary>Ends the person's sessions, cancels their jobs and deletes the account with its keys, links, uploads and comments.</summary>
    /// <param name="confirmation">The person's e-mail address, as the administrator typed it.</param>
    /// <param name="heirId">Who gets the pictures and boards; null = they go to the trash, where they stay like other deleted pictures.</param>
    public async Task<Result> DeleteAsync(AuditActor actor, Guid personId, string? confirmation, Guid? heirId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var person = await database.People.AsNoTracking().SingleOrDefaultAsync(row => row.Id == personId, cancellationToken);
        if (person is null)
        {
            return new NotFound("There is no such person.");
        }

        if (!string.Equals(confirmation?.Trim(), person.Email, StringComparison.OrdinalIgnoreCase))
        {
            return new InvalidInput("confirmation", $"Type {person.Email} to confirm that this account is to be deleted.");
        }

        if (heirId is { } heir && (heir == personId || !await database.People.AnyAsync(row => row.Id == heir && row.SuspendedAt == null, cancellationToken)))
        {
            return new InvalidInput("heir", "Choose another person, whose account is not suspended, for the pictures.");
        }

        if ((await administration.SuspendAsync(actor, personId, cancellationToken)).Refusal is { } refusal)
        {
            return refusal;
        }

        // Not cancellable: the account is suspended already.
        await database.Database.CreateExecutionStrategy().ExecuteAsync(() => RemoveAsync(database, personId, heirId));
        await audit.WriteAsync(actor, "people.delete", person.Email, heirId is null ? "pictures in the trash" : "pictures handed over", CancellationToken.None);
        return Result.Done;
    }

    private async Task RemoveAsync(AppDbContext database, Guid personId, Guid? heirId)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(CancellationToken.None);
        var pictures = database.Pictures.Where(picture => picture.PersonId == personId);
        if (heirId is { } heir)
        {
            await pictures.ExecuteUpdateAsync(change => change.SetProperty(picture => picture.PersonId, heir), CancellationToken.None);
            await database.Boards.Where(board => board.PersonId == personId).ExecuteUpdateAsync(change => change.SetProperty(board => board.PersonId, heir), CancellationToken.None);

            // The uploads that the pictures were made from.
            await database.Uploads.Where(upload => upload.PersonId == personId && upload.ExpiresAt == null)
                .ExecuteUpdateAsync(change => change.SetProperty(upload => upload.PersonId, heir), CancellationToken.None);
        }
        else
        {
            var now = clock.GetUtcNow();
            await pictures.Where(picture => picture.DeletedAt == null).ExecuteUpdateAsync(change => change.SetProperty(picture => picture.DeletedAt, now), CancellationToken.None);
        }

        await database.People.Where(person => person.Id == personId).ExecuteDeleteAsync(CancellationToken.None);
        await transaction.CommitAsync(CancellationToken.None);
    }
}
