using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>The browsers that people are signed in with.</summary>
public sealed class PersonSessions(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>Lifetime of an unused session; the same as its cookie's.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(14);

    /// <summary>Records a sign-in, or the new stamp of a session that continues.</summary>
    /// <param name="sessionId">Null = a new session.</param>
    public async Task<Guid> BeginAsync(Guid personId, Guid? sessionId, string device, string stamp, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (sessionId is { } known && await database.PersonSessions.Where(session => session.Id == known && session.PersonId == personId).ExecuteUpdateAsync(
            change => change.SetProperty(session => session.Stamp, stamp).SetProperty(session => session.SeenAt, now), cancellationToken) > 0)
        {
            return known;
        }

        var over = now - Life;
        await database.PersonSessions.Where(session => session.PersonId == personId && session.SeenAt < over).ExecuteDeleteAsync(cancellationToken);
        var begun = new PersonSession { Id = Guid.NewGuid(), PersonId = personId, Device = device, Stamp = stamp, CreatedAt = now, SeenAt = now };
        database.PersonSessions.Add(begun);
        await database.SaveChangesAsync(cancellationToken);
        return begun.Id;
    }

    /// <summary>The open sessions, the latest used first.</summary>
    public async Task<IReadOnlyList<PersonSession>> ListAsync(Guid personId, CancellationToken cancellationToken)
    {
        var over = clock.GetUtcNow() - Life;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await (
            from session in database.PersonSessions.AsNoTracking()
            join person in database.People on session.PersonId equals person.Id
            where session.PersonId == personId && session.EndedAt == null && session.Stamp == person.SecurityStamp && session.SeenAt > over
            orderby session.SeenAt descending, session.CreatedAt descending
            select session).ToListAsync(cancellationToken);
    }

    public async Task SeenAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.PersonSessions.Where(session => session.Id == sessionId)
            .ExecuteUpdateAsync(change => change.SetProperty(session => session.SeenAt, now), cancellationToken);
    }

    /// <returns>Whether the person had such an open session.</returns>
    public async Task<bool> EndAsync(Guid personId, Guid sessionId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.PersonSessions.Where(session => session.Id == sessionId && session.PersonId == personId && session.EndedAt == null)
            .ExecuteUpdateAsync(change => change.SetProperty(session => session.EndedAt, now), cancellationToken) > 0;
    }
}
