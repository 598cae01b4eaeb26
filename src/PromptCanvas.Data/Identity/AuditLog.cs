using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Texts;

namespace PromptCanvas.Data.Identity;

/// <summary>Records administrative actions and refused access.</summary>
public sealed class AuditLog(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private const int LongestWord = 256;
    private const int LongestDetail = 1000;

    /// <param name="actor">Null for the command line and for anonymous callers.</param>
    public async Task WriteAsync(AuditActor actor, string action, string? target, string? detail, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.AuditLog.Add(Entry(actor, action, target, detail));
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>An entry for callers that save it in the same transaction as the action.</summary>
    public AuditEntry Entry(AuditActor actor, string action, string? target, string? detail)
    {
        ArgumentNullException.ThrowIfNull(actor);
        return new AuditEntry
        {
            At = clock.GetUtcNow(),
            PersonId = actor.PersonId,
            Actor = OneLine(actor.Name, LongestWord)!,
            Action = action,
            Target = OneLine(target, LongestWord),
            Detail = OneLine(detail, LongestDetail),
            Address = actor.Address,
        };
    }

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int skip, int take, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.AuditLog.AsNoTracking().OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Id)
            .Skip(skip).Take(take).ToListAsync(cancellationToken);
    }

    // A line break in a name must not look like a second entry.
    private static string? OneLine(string? text, int longest)
    {
        if (text is null)
        {
            return null;
        }

        return TextRules.Cut(string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter)), longest);
    }
}

/// <summary>The person or program that acts.</summary>
/// <param name="PersonId">Null for the command line and for anonymous callers.</param>
/// <param name="Name">Kept after the account is deleted.</param>
/// <param name="Address">The network address; null for the local console.</param>
public sealed record AuditActor(Guid? PersonId, string Name, string? Address);
