using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Security;

/// <summary>Changes accounts: every change applies at once to the person's open sessions and is audited.</summary>
internal sealed class PersonChanges(UserManager<Person> people, Sessions sessions, AuditLog audit)
{
    public Task<Person?> FindAsync(Guid personId) => people.FindByIdAsync(personId.ToString());

    /// <summary>Saves a changed account; its sessions continue with the new values.</summary>
    public async Task SaveAsync(AuditActor actor, Person person, string action, string? detail, CancellationToken cancellationToken)
    {
        await people.UpdateAsync(person);
        sessions.Refresh(person.Id);
        await RecordAsync(actor, person, action, detail, cancellationToken);
    }

    /// <summary>Saves a changed account and ends its sessions. The caller audits the action after completing it.</summary>
    public async Task SaveAndEndAsync(Person person)
    {
        await people.UpdateSecurityStampAsync(person);
        sessions.End(person.Id);
    }

    /// <summary>Deletes an account and ends its sessions.</summary>
    public async Task DeleteAsync(AuditActor actor, Person person, string action, CancellationToken cancellationToken)
    {
        await people.DeleteAsync(person);
        sessions.End(person.Id);
        await RecordAsync(actor, person, action, null, cancellationToken);
    }

    public Task RecordAsync(AuditActor actor, Person person, string action, string? detail, CancellationToken cancellationToken) =>
        audit.WriteAsync(actor, action, person.Email, detail, cancellationToken);
}
