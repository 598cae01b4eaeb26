using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Storage;

/// <summary>Whole transactions, tried again when another one came in between.</summary>
internal sealed class Transactions(IDbContextFactory<AppDbContext> databases, IDatabaseFaults faults) : IDisposable
{
    // SQLite lets writers in by luck: with many, some wait for ever. Those of this process stand in line, for so long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim line = new(1, 1);

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

    public void Dispose() => line.Dispose();

    private async Task<T> TryAsync<T>(Func<AppDbContext, Task<(T Value, bool Keep)>> work, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (!QueueDialect.Of(database).OneWriter)
        {
            return await TryAsync(database, work, cancellationToken);
        }

        var entered = await line.WaitAsync(Patience, cancellationToken);
        try
        {
            return await TryAsync(database, work, cancellationToken);
        }
        finally
        {
            if (entered)
            {
                line.Release();
            }
        }
    }

    private static async Task<T> TryAsync<T>(
        AppDbContext database, Func<AppDbContext, Task<(T Value, bool Keep)>> work, CancellationToken cancellationToken)
    {
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
