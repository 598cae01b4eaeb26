using Microsoft.EntityFrameworkCore;

namespace PromptCanvas.Data.People;

/// <summary>Who did what to whom, and who was turned away.</summary>
public sealed class AuditLog(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private const int LongestWord = 256;
    private const int LongestDetail = 1000;

    /// <param name="actor">Null for the command line and for strangers.</param>
    public async Task WriteAsync(AuditActor actor, string action, string? target, string? detail, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.AuditLog.Add(Entry(actor, action, target, detail));
        await database.SaveChangesAsync(cancellationToken);
    }

    /// <summary>The same for whoever writes it together with the act itself.</summary>
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

    /// <summary>The newest first.</summary>
    public async Task<IReadOnlyList<AuditEntry>> ReadAsync(int skip, int take, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.AuditLog.AsNoTracking().OrderByDescending(entry => entry.At).ThenByDescending(entry => entry.Id)
            .Skip(skip).Take(take).ToListAsync(cancellationToken);
    }

    // A name with a line break in it must not look like two entries.
    private static string? OneLine(string? text, int longest)
    {
        if (text is null)
        {
            return null;
        }

        var line = string.Concat(text.Select(letter => char.IsControl(letter) ? ' ' : letter));
        return line.Length > longest ? line[..longest] : line;
    }
}

/// <summary>Who acts.</summary>
/// <param name="PersonId">Null for the command line and for strangers.</param>
/// <param name="Name">In words that outlive the account.</param>
/// <param name="Address">Where from; null when it is this machine's own console.</param>
public sealed record AuditActor(Guid? PersonId, string Name, string? Address);
