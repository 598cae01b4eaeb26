using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;

namespace PromptCanvas.Generation.Library;

/// <summary>Writes who made, started, stopped, changed and deleted styles, data sets and bias audits to the audit log.</summary>
internal sealed class ActLog(AuditLog log)
{
    /// <summary>Adds an entry; the caller saves.</summary>
    /// <param name="target">The name of the thing.</param>
    public async Task AddAsync(AppDbContext database, Actor actor, string action, string target, string? detail, CancellationToken cancellationToken)
    {
        var email = await database.People.Where(person => person.Id == actor.PersonId).Select(person => person.Email).SingleOrDefaultAsync(cancellationToken);
        database.AuditLog.Add(log.Entry(new AuditActor(actor.PersonId, email ?? actor.PersonId.ToString(), null), action, target, detail));
    }
}
