using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Deletes a person's own account with their pictures and boards.</summary>
internal sealed class AccountDeletion(PeopleDirectory directory, PersonChanges changes, ICancellations cancellations, IPersonRemoval removal)
{
    /// <summary>Whether the studio would be left without an administrator.</summary>
    public Task<bool> IsLastAdministratorAsync(Person person, CancellationToken cancellationToken) => directory.IsLastAdministratorAsync(person, cancellationToken);

    /// <summary>Deletes the account and ends its sessions.</summary>
    public async Task<Result> DeleteAsync(Person person, AuditActor actor, CancellationToken cancellationToken)
    {
        var stopping = await cancellations.CancelAllOfAsync(person.Id, "The account was deleted.", cancellationToken);
        if (!stopping.TryGet(out _, out var refusal))
        {
            return refusal;
        }

        // Not cancellable from here on: an account must not stay half deleted.
        await removal.RemoveAsync(person.Id, CancellationToken.None);
        await changes.DeleteAsync(actor, person, "account.delete", CancellationToken.None);
        return Result.Done;
    }
}
