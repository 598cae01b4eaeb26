using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;

namespace PromptCanvas.Web.Features.Create;

/// <summary>Whether a person still sees the first-visit hints. Dismissing them applies to all devices.</summary>
public sealed class Tour(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    public async Task<bool> IsWantedAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return actor.MayMake && await database.People.AnyAsync(person => person.Id == actor.PersonId && person.TourEndedAt == null, cancellationToken);
    }

    public async Task EndAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.People.Where(person => person.Id == actor.PersonId && person.TourEndedAt == null)
            .ExecuteUpdateAsync(change => change.SetProperty(person => person.TourEndedAt, now), cancellationToken);
    }
}
