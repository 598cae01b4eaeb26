using Microsoft.EntityFrameworkCore;

using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>Where an attempt to prove an identity comes from.</summary>
/// <param name="Name">At most <see cref="SignInLock.SourceLength"/> characters.</param>
/// <param name="IsKnownDevice">The device has signed in to the account before; only its own failures lock it.</param>
public sealed record AttemptSource(string Name, bool IsKnownDevice);

/// <summary>An attempt that may be made.</summary>
/// <param name="LocksUntil">The end of the lock that begins if it fails; null when none begins.</param>
public sealed record Attempt(DateTimeOffset? LocksUntil);

/// <summary>Limits guesses of passwords and codes per account and source, and slowly per account.</summary>
/// <remarks>Per source: the fifth failure locks for 5 minutes, then 10, 20 …. Per account: unknown sources together have 50 failures, and one is
/// forgiven every 15 minutes. Attempts count as failures when they begin, so that concurrent guesses cannot pass the limit.</remarks>
public sealed class SignInLocks(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private const int FailuresBeforeLock = 5;
    private const int MostDoublings = 8;
    private const int FailuresEverywhere = 50;

    private static readonly TimeSpan FirstLock = TimeSpan.FromMinutes(5);
    private static readonly TimeSpan ForgivenEvery = TimeSpan.FromMinutes(15);

    // Longer than the longest lock (5 minutes × 2^8).
    private static readonly TimeSpan ForgottenAfter = TimeSpan.FromHours(24);

    /// <summary>Counts an attempt as a failure until <see cref="SucceedAsync"/> or <see cref="TakeBackAsync"/>.</summary>
    /// <returns>Null when the source or the account is locked; then nothing may be compared.</returns>
    public async Task<Attempt?> TryBeginAsync(Guid personId, AttemptSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        while (true)
        {
            try
            {
                return await CountAsync(personId, source, cancellationToken);
            }
            catch (DbUpdateException fault) when (IsConcurrent(fault))
            {
                // Another attempt was counted at the same time; count this one after it.
            }
        }
    }

    /// <summary>Takes back an attempt that neither failed nor completed the sign-in, for example a right password before the second factor.</summary>
    public async Task TakeBackAsync(Guid personId, AttemptSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var counted = database.SignInLocks.Where(row => row.PersonId == personId && row.Source == source.Name);
        var changed = await counted.Where(row => row.Failures > 0)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.Failures, row => row.Failures - 1), cancellationToken);
        if (changed == 0)
        {
            // The attempt was the last one before a lock.
            await counted.Where(row => row.Locks > 0).ExecuteUpdateAsync(
                change => change.SetProperty(row => row.Failures, FailuresBeforeLock - 1)
                    .SetProperty(row => row.Locks, row => row.Locks - 1)
                    .SetProperty(row => row.LockedUntil, (DateTimeOffset?)null),
                cancellationToken);
        }

        await TakeBackEverywhereAsync(database, personId, source, cancellationToken);
    }

    /// <summary>Takes back the attempt that succeeded and forgets the failures of its source.</summary>
    public async Task SucceedAsync(Guid personId, AttemptSource source, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(source);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.SignInLocks.Where(row => row.PersonId == personId && row.Source == source.Name).ExecuteDeleteAsync(cancellationToken);
        await TakeBackEverywhereAsync(database, personId, source, cancellationToken);
    }

    /// <summary>The locks in force now, of all accounts.</summary>
    public async Task<IReadOnlyList<SignInLock>> ListAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.SignInLocks.AsNoTracking().Where(row => row.LockedUntil > now)
            .OrderBy(row => row.PersonId).ThenBy(row => row.Source).ToListAsync(cancellationToken);
    }

    /// <summary>Forgets all failures on an account.</summary>
    /// <returns>How many locks were in force.</returns>
    public async Task<int> LiftAsync(Guid personId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var locks = await database.SignInLocks.CountAsync(row => row.PersonId == personId && row.LockedUntil > now, cancellationToken);
        await database.SignInLocks.Where(row => row.PersonId == personId).ExecuteDeleteAsync(cancellationToken);
        return locks;
    }

    private static async Task TakeBackEverywhereAsync(AppDbContext database, Guid personId, AttemptSource source, CancellationToken cancellationToken)
    {
        if (!source.IsKnownDevice)
        {
            await database.SignInLocks.Where(row => row.PersonId == personId && row.Source == SignInLock.Everywhere && row.Failures > 0)
                .ExecuteUpdateAsync(
                    change => change.SetProperty(row => row.Failures, row => row.Failures - 1).SetProperty(row => row.LockedUntil, (DateTimeOffset?)null),
                    cancellationToken);
        }
    }

    private async Task<Attempt?> CountAsync(Guid personId, AttemptSource source, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var names = source.IsKnownDevice ? new[] { source.Name } : [source.Name, SignInLock.Everywhere];
        var rows = await database.SignInLocks.Where(row => row.PersonId == personId && names.Contains(row.Source)).ToListAsync(cancellationToken);
        if (rows.Exists(row => row.LockedUntil > now))
        {
            return null;
        }

        DateTimeOffset? end = null;
        foreach (var name in names)
        {
            var row = rows.Find(row => row.Source == name);
            if (row is null)
            {
                row = new SignInLock { PersonId = personId, Source = name, LastFailureAt = now };
                database.SignInLocks.Add(row);
            }

            Count(row, now);
            end = row.LockedUntil > end || end is null ? row.LockedUntil : end;
        }

        await database.SaveChangesAsync(cancellationToken);

        // An attacker with many addresses leaves many rows.
        await database.SignInLocks.Where(row => row.PersonId == personId && row.LastFailureAt < now - ForgottenAfter).ExecuteDeleteAsync(cancellationToken);
        return new Attempt(end);
    }

    private static void Count(SignInLock row, DateTimeOffset now)
    {
        var since = now - row.LastFailureAt;
        row.LastFailureAt = now;
        if (row.Source == SignInLock.Everywhere)
        {
            row.Failures = (int)Math.Max(0, row.Failures - Math.Floor(since / ForgivenEvery)) + 1;
            row.LockedUntil = row.Failures >= FailuresEverywhere ? now + ((row.Failures - FailuresEverywhere + 1) * ForgivenEvery) : null;
            return;
        }

        if (since > ForgottenAfter)
        {
            (row.Failures, row.Locks) = (0, 0);
        }

        row.Failures++;
        row.LockedUntil = null;
        if (row.Failures == FailuresBeforeLock)
        {
            row.LockedUntil = now + (FirstLock * Math.Pow(2, Math.Min(row.Locks, MostDoublings)));
            (row.Failures, row.Locks) = (0, row.Locks + 1);
        }
    }

    // A changed row, or a row that another attempt inserted first.
    private bool IsConcurrent(DbUpdateException fault)
    {
        if (fault is DbUpdateConcurrencyException)
        {
            return true;
        }

        using var database = databases.CreateDbContext();
        return fault.Entries.Select(entry => entry.Entity).OfType<SignInLock>()
            .Any(added => database.SignInLocks.Any(row => row.PersonId == added.PersonId && row.Source == added.Source));
    }
}
