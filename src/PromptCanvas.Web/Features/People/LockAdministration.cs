using System.Globalization;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.People;

/// <summary>Shows administrators which accounts are locked against guessing, and lifts these locks.</summary>
internal sealed class LockAdministration(SignInLocks locks, AuditLog audit)
{
    /// <summary>The locks in force, by person.</summary>
    public async Task<ILookup<Guid, SignInLock>> ListAsync(CancellationToken cancellationToken) =>
        (await locks.ListAsync(cancellationToken)).ToLookup(row => row.PersonId);

    public async Task LiftAsync(AuditActor actor, Person person, CancellationToken cancellationToken)
    {
        var lifted = await locks.LiftAsync(person.Id, cancellationToken);
        await audit.WriteAsync(actor, "people.unlock", person.Email, string.Create(CultureInfo.InvariantCulture, $"{lifted} locks"), cancellationToken);
    }
}
