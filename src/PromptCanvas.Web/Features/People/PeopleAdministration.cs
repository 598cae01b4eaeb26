using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.People;

/// <summary>An administrator's actions on accounts. Every action is audited and applies at once.</summary>
internal sealed class PeopleAdministration(PeopleDirectory directory, PersonChanges changes, ICancellations cancellations, TimeProvider clock)
{
    private const string LastAdministrator = "This is the last administrator. Make another person an administrator first.";

    public async Task<Result> SetRoleAsync(AuditActor actor, Guid personId, string role, CancellationToken cancellationToken)
    {
        if (await changes.FindAsync(personId) is not { } person || !PersonRoles.All.Contains(role))
        {
            return new NotFound("There is no such person or role.");
        }

        if (role != PersonRoles.Administrator && await directory.IsLastAdministratorAsync(person, cancellationToken))
        {
            return new Forbidden(LastAdministrator);
        }

        var before = person.Role;
        person.Role = role;
        await changes.SaveAsync(actor, person, "people.role", $"{before} → {role}", cancellationToken);
        return Result.Done;
    }

    /// <summary>Ends the person's sessions, cancels their jobs and blocks sign-in until <see cref="RestoreAsync"/>.</summary>
    public async Task<Result> SuspendAsync(AuditActor actor, Guid personId, CancellationToken cancellationToken)
    {
        if (await changes.FindAsync(personId) is not { } person)
        {
            return new NotFound("There is no such person.");
        }

        if (await directory.IsLastAdministratorAsync(person, cancellationToken))
        {
            return new Forbidden(LastAdministrator);
        }

        person.SuspendedAt = clock.GetUtcNow();
        await changes.SaveAndEndAsync(person);
        return await FinishSuspensionAsync(actor, person);
    }

    // Not cancellable: the account is suspended already, and the administrator may have ended their own session with it.
    private async Task<Result> FinishSuspensionAsync(AuditActor actor, Person person)
    {
        var outcome = "jobs not stopped";
        try
        {
            var stopping = await cancellations.CancelAllOfAsync(person.Id, "The account was suspended.", CancellationToken.None);
            if (!stopping.TryGet(out var stopped, out var refusal))
            {
                return new Unavailable($"{person.Email} is suspended, but their jobs were not stopped: {refusal.Message} Cancel them on the Queue page.");
            }

            outcome = $"{stopped} jobs stopped";
            return Result.Done;
        }
        finally
        {
            await changes.RecordAsync(actor, person, "people.suspend", outcome, CancellationToken.None);
        }
    }

    public async Task RestoreAsync(AuditActor actor, Guid personId, CancellationToken cancellationToken)
    {
        if (await changes.FindAsync(personId) is { } person)
        {
            person.SuspendedAt = null;
            await changes.SaveAsync(actor, person, "people.restore", null, cancellationToken);
        }
    }

    /// <summary>Removes a person who was invited and has never signed in; the invitation is void.</summary>
    /// <returns>Whether there was such a person.</returns>
    public async Task<bool> CancelInvitationAsync(AuditActor actor, Guid personId, CancellationToken cancellationToken)
    {
        if (await changes.FindAsync(personId) is not { } person || !IsInvited(person))
        {
            return false;
        }

        await changes.DeleteAsync(actor, person, "people.uninvite", cancellationToken);
        return true;
    }

    public static bool IsInvited(Person person) => person is { PasswordHash: null, LastSignInAt: null, SuspendedAt: null };
}
