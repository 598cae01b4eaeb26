using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;

namespace PromptCanvas.Generation.Storage;

/// <summary>Whole transactions, tried again when another one came in between.</summary>
internal sealed class Transactions(IDbContextFactory<AppDbContext> databases, IDatabaseFaults faults)
{
    private const int MaximumTries = 4;
    private const int LongestPauseMilliseconds = 40;

    /// <param name="work">Does everything anew on each try; nothing is kept unless it says so.</param>
    public async Task<T> RunAsync<T>(Func<AppDbContext, Task<(T Value, bool Keep)>> work, CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TryAsync(work, cancellationToken);
            }
            catch (Exception fault) when (tries < MaximumTries && faults.IsConflict(fault))
            {
                await Task.Delay(RandomNumberGenerator.GetInt32(1, tries * LongestPauseMilliseconds), cancellationToken);
            }
        }
    }

    private async Task<T> TryAsync<T>(Func<AppDbContext, Task<(T Value, bool Keep)>> work, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);

        // BEGIN IMMEDIATE on SQLite: a transaction that read first could not write after another writer.
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var (value, keep) = await work(database);
        if (keep)
        {
            await transaction.CommitAsync(cancellationToken);
        }

        return value;
    }
}
