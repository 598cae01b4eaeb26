using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Deletes a person's own account with all that they made.</summary>
internal sealed class AccountDeletion(
    UserManager<Person> people, IDbContextFactory<AppDbContext> databases, ISubmissions submissions, IPersonRemoval removal, AuditLog audit)
{
    /// <summary>Whether the studio would be left without an administrator.</summary>
    public async Task<bool> IsLastAdministratorAsync(Person person, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return person.Role == PersonRoles.Administrator && !await database.People.AnyAsync(
            other => other.Id != person.Id && other.Role == PersonRoles.Administrator && other.SuspendedAt == null, cancellationToken);
    }

    /// <returns>Why it was refused; null on success.</returns>
    public async Task<string?> DeleteAsync(Person person, AuditActor actor, CancellationToken cancellationToken)
    {
        var stopping = await submissions.CancelAllOfAsync(person.Id, "The account was deleted.", cancellationToken);
        if (!stopping.TryGet(out _, out var refusal))
        {
            return refusal.Message;
        }

        // Not cancellable from here: a half-deleted account helps nobody.
        await removal.RemoveAsync(person.Id, CancellationToken.None);
        await people.DeleteAsync(person);
        await audit.WriteAsync(actor, "account.delete", person.Email, null, CancellationToken.None);
        return null;
    }
}
