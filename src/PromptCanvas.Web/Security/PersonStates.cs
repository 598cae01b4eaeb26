using System.Collections.Concurrent;

using Microsoft.EntityFrameworkCore;

using PromptCanvas.Data;

namespace PromptCanvas.Web.Security;

/// <summary>What decides whether a session goes on.</summary>
internal sealed record PersonState(string Role, string? SecurityStamp, bool IsSuspended);

/// <summary>What everybody's sessions are measured by, at most two seconds old.</summary>
internal sealed class PersonStates(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private static readonly TimeSpan FreshFor = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<Guid, (long At, PersonState? State)> known = new();

    /// <summary>Null when there is no such person any more.</summary>
    public async ValueTask<PersonState?> FindAsync(Guid personId, CancellationToken cancellationToken)
    {
        if (known.TryGetValue(personId, out var entry) && clock.GetElapsedTime(entry.At) < FreshFor)
        {
            return entry.State;
        }

        var at = clock.GetTimestamp();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var state = await database.People.Where(person => person.Id == personId)
            .Select(person => new PersonState(person.Role, person.SecurityStamp, person.SuspendedAt != null))
            .SingleOrDefaultAsync(cancellationToken);
        known[personId] = (at, state);
        return state;
    }

    /// <summary>Something about this person was changed just now.</summary>
    public void Forget(Guid personId) => known.TryRemove(personId, out _);
}
