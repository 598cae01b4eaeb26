using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>Reads the accounts.</summary>
public sealed class PeopleDirectory(IDbContextFactory<AppDbContext> databases)
{
    /// <param name="words">Part of a name or address; null = everyone.</param>
    public async Task<IReadOnlyList<Person>> ListAsync(string? words, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var people = database.People.AsNoTracking();
        if (words?.Trim().ToUpperInvariant() is { Length: > 0 } wanted)
        {
            // In the database, because LIKE differs in case sensitivity between SQLite and PostgreSQL.
#pragma warning disable CA1304, CA1311, CA1862
            people = people.Where(person => person.DisplayName.ToUpper().Contains(wanted) || person.NormalizedEmail!.Contains(wanted));
#pragma warning restore CA1304, CA1311, CA1862
        }

        return await people.OrderBy(person => person.DisplayName).ThenBy(person => person.Email).ToListAsync(cancellationToken);
    }

    /// <summary>Whether the studio would be left without an administrator if this person were none.</summary>
    public async Task<bool> IsLastAdministratorAsync(Person person, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(person);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return person.Role == PersonRoles.Administrator && !await database.People.AnyAsync(
            other => other.Id != person.Id && other.Role == PersonRoles.Administrator && other.SuspendedAt == null, cancellationToken);
    }
}
