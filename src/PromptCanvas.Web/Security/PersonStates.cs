using System.Collections.Concurrent;

using Microsoft.EntityFrameworkCore;

using PromptCanvas.Data;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Security;

/// <summary>The state that decides whether a session stays valid.</summary>
/// <param name="EndedSessions">Sessions that the person ended while their cookies may still exist.</param>
/// <param name="Language">The language that the person chose; null = the browser's.</param>
internal sealed record PersonState(string Role, string? SecurityStamp, bool IsSuspended, IReadOnlyList<Guid> EndedSessions, string? Language);

/// <summary>Caches the state that sessions are validated against, for at most two seconds.</summary>
internal sealed class PersonStates(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<Guid, (long At, PersonState? State)> known = new();

    /// <summary>Null when the person no longer exists.</summary>
    public async ValueTask<PersonState?> FindAsync(Guid personId, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(personId, out var entry) && clock.GetElapsedTime(entry.At) < FreshFor)
        {
            return entry.State;
        }

        var at = clock.GetTimestamp();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var ended = await database.PersonSessions.Where(session => session.PersonId == personId && session.EndedAt != null)
            .Select(session => session.Id).ToListAsync(cancellationToken);
        var language = await database.LanguageOfAsync(personId, cancellationToken);
        var state = await database.People.Where(person => person.Id == personId)
            .Select(person => new PersonState(person.Role, person.SecurityStamp, person.SuspendedAt != null, ended, language))
            .SingleOrDefaultAsync(cancellationToken);
        known[personId] = (at, state);
        return state;
    }

    /// <summary>Invalidates the cached state after a change.</summary>
    public void Forget(Guid personId) => known.TryRemove(personId, out _);
}
