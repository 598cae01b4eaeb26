using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>People who are short of credits ask the administrators, each of whom receives a notice.</summary>
public sealed class CreditRequests(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Most credits in one request.</summary>
    public const int MostCredits = 10_000;

    /// <summary>The longest note in characters.</summary>
    public const int LongestNote = 300;

    /// <returns>False if an earlier request of the person is still open, or there is no other administrator to grant it.</returns>
    public async Task<bool> AskAsync(Guid personId, int amount, string note, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(amount, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(amount, MostCredits);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var name = await database.People.Where(person => person.Id == personId).Select(person => person.DisplayName).SingleAsync(cancellationToken);
        var administrators = await database.People.Where(person => person.Role == PersonRoles.Administrator && person.SuspendedAt == null && person.Id != personId)
            .Select(person => person.Id).ToListAsync(cancellationToken);
        if (administrators.Count == 0 || await OpenOf(database, personId).AnyAsync(cancellationToken))
        {
            return false;
        }

        database.Notices.AddRange(administrators.Select(administrator => new Notice
        {
            PersonId = administrator,
            Kind = NoticeKinds.CreditsAsked,
            ByPersonId = personId,
            By = name,
            Amount = amount,
            Reason = note,
            At = clock.GetUtcNow(),
        }));
        await database.SaveChangesAsync(cancellationToken);
        return true;
    }

    public async Task<bool> IsOpenAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await OpenOf(database, personId).AnyAsync(cancellationToken);
    }

    /// <summary>The requests that this administrator may decide, oldest first.</summary>
    public async Task<IReadOnlyList<Notice>> ListAsync(Guid administratorId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Notices.AsNoTracking()
            .Where(notice => notice.PersonId == administratorId && notice.Kind == NoticeKinds.CreditsAsked && notice.ReadAt == null && notice.ByPersonId != null)
            .OrderBy(notice => notice.At).ToListAsync(cancellationToken);
    }

    /// <summary>Closes a person's request for all administrators.</summary>
    public async Task CloseAsync(Guid personId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await OpenOf(database, personId).ExecuteUpdateAsync(change => change.SetProperty(notice => notice.ReadAt, now), cancellationToken);
    }

    /// <summary>Tells a person that another one added credits.</summary>
    public async Task TellAsync(Guid personId, AuditActor by, int amount, string reason, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(by);
        if (by.PersonId == personId)
        {
            return;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.Notices.Add(new Notice
        {
            PersonId = personId,
            Kind = NoticeKinds.CreditsGranted,
            ByPersonId = by.PersonId,
            By = await database.People.Where(person => person.Id == by.PersonId).Select(person => person.DisplayName).SingleOrDefaultAsync(cancellationToken) ?? by.Name,
            Amount = amount,
            Reason = reason,
            At = clock.GetUtcNow(),
        });
        await database.SaveChangesAsync(cancellationToken);
    }

    private static IQueryable<Notice> OpenOf(AppDbContext database, Guid personId) =>
        database.Notices.Where(notice => notice.ByPersonId == personId && notice.Kind == NoticeKinds.CreditsAsked && notice.ReadAt == null);
}
