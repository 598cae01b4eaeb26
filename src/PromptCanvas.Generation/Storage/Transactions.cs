using System.Data;
using System.Data.Common;
using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Storage;

/// <summary>Runs transactions and retries them on conflicts.</summary>
internal sealed class Transactions(IDbContextFactory<AppDbContext> databases, IDatabaseFaults faults) : IDisposable
{
    // SQLite does not queue writers fairly: under contention some starve. Writers of this process queue here, for at most this long.
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private readonly SemaphoreSlim line = new(1, 1);

    private const int MaximumTries = 4;
    private const int LongestPauseMilliseconds = 40;

    /// <param name="work">Must be repeatable: it runs again on each retry. The transaction commits only if it returns Keep.</param>
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
        // BEGIN IMMEDIATE on SQLite: a transaction that starts with a read cannot upgrade to a write after another writer committed.
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        try
        {
            var (value, keep) = await work(database);
            if (keep)
            {
                await transaction.CommitAsync(cancellationToken);
            }

            return value;
        }
        catch (InvalidOperationException fault) when (fault.InnerException is null && database.Database.GetDbConnection().State != ConnectionState.Open)
        {
            throw new ConnectionLostException(fault);
        }
    }

    /// <summary>The driver noticed a lost connection between two commands; what it throws then does not say so.</summary>
    private sealed class ConnectionLostException(InvalidOperationException fault) : DbException("The connection to the database was lost.", fault)
    {
        public override bool IsTransient => true;
    }
}
