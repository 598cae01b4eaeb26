using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Series;

namespace PromptCanvas.Generation.Series;

/// <summary>Writes who started, stopped and deleted a series to the audit log.</summary>
internal sealed class SeriesLog(AuditLog log)
{
    /// <summary>Adds an entry; the caller saves.</summary>
    public async Task AddAsync(AppDbContext database, Actor actor, string action, JobSeries series, string? detail, CancellationToken cancellationToken)
    {
        var email = await database.People.Where(person => person.Id == actor.PersonId).Select(person => person.Email).SingleOrDefaultAsync(cancellationToken);
        database.AuditLog.Add(log.Entry(new AuditActor(actor.PersonId, email ?? actor.PersonId.ToString(), null), action, series.Name, detail));
    }
}
