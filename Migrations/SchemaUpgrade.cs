using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using PromptCanvas.Data;

namespace PromptCanvas.Migrations;

/// <summary>Brings a database to this version's schema. A database of 0.1.0 has the schema of the first migration and is adopted as it is: only its
/// history of migrations is rewritten.</summary>
/// <param name="former">The migrations of 0.1.0, which the first migration replaces.</param>
internal sealed class SchemaUpgrade(AppDbContext database, IReadOnlyList<string> former)
{
    private readonly IHistoryRepository history = database.GetService<IHistoryRepository>();

    public async Task<SchemaCheck> CheckAsync(CancellationToken cancellationToken) => Compare(await AppliedAsync(cancellationToken));

    /// <exception cref="UnsupportedSchemaException">The database has some of the former migrations, but not all.</exception>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var applied = await AppliedAsync(cancellationToken);
        if (Compare(applied) is { State: SchemaState.Unsupported, Migration: { } last })
        {
            throw new UnsupportedSchemaException(last);
        }

        if (applied.Intersect(former).Any())
        {
            await AdoptAsync(cancellationToken);
        }

#pragma warning disable RS0030 // The one place that is meant to call it.
        await database.Database.MigrateAsync(cancellationToken);
#pragma warning restore RS0030
    }

    private async Task AdoptAsync(CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var deleted = 0;
        foreach (var migration in former)
        {
            deleted += await database.Database.ExecuteSqlRawAsync(history.GetDeleteScript(migration), cancellationToken);
        }

        // Zero rows: another process adopted the database while this one waited for its locks.
        if (deleted > 0)
        {
            var first = new HistoryRow(database.Database.GetMigrations().First(), ProductInfo.GetVersion());
            await database.Database.ExecuteSqlRawAsync(history.GetInsertScript(first), cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }
    }

    private async Task<IReadOnlyList<string>> AppliedAsync(CancellationToken cancellationToken) =>
        await history.ExistsAsync(cancellationToken)
            ? [.. (await history.GetAppliedMigrationsAsync(cancellationToken)).Select(row => row.MigrationId)]
            : [];

    private SchemaCheck Compare(IReadOnlyList<string> applied)
    {
        var known = database.Database.GetMigrations().ToList();
        if (applied.Intersect(former).Any())
        {
            return former.ToHashSet().SetEquals(applied) ? new SchemaCheck(SchemaState.Outdated, known[0]) : new SchemaCheck(SchemaState.Unsupported, applied[^1]);
        }

        if (applied.Except(known).FirstOrDefault() is { } unknown)
        {
            return new SchemaCheck(SchemaState.Newer, unknown);
        }

        return known.Except(applied).FirstOrDefault() is { } missing
            ? new SchemaCheck(SchemaState.Outdated, missing)
            : new SchemaCheck(SchemaState.Current);
    }
}
