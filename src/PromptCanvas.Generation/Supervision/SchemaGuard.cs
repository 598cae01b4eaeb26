using System.Diagnostics.CodeAnalysis;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Supervision;

/// <summary>Recognizes a database that a newer version of PromptCanvas has changed.</summary>
public sealed class SchemaGuard(IDbContextFactory<AppDbContext> databases)
{
    /// <returns>Why this version cannot use the database; null if it can, or if the database does not answer.</returns>
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "The supervisor asks this after a failure and must not fail itself.")]
    public async Task<string?> UnreadableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var database = await databases.CreateDbContextAsync(cancellationToken);
            return await UnknownAsync(database, cancellationToken);
        }
        catch (Exception)
        {
            // An unreachable database does not prove a newer version, and the original failure is recorded already.
            return null;
        }
    }

    /// <returns>Why this version cannot use the database; null if it can.</returns>
    public static async Task<string?> UnknownAsync(AppDbContext database, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(database);
        return await database.CheckSchemaAsync(cancellationToken) is { State: SchemaState.Newer, Migration: var unknown }
            ? $"The database belongs to a newer version of PromptCanvas (it has {unknown}); start that version, or restore a backup made by this one."
            : null;
    }
}
