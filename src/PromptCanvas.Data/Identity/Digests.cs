using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>A digest that is due.</summary>
/// <param name="DueAt">As stored; identifies the turn.</param>
/// <param name="NoticeId">The newest notice of the digests before.</param>
public sealed record DigestTurn(Guid PersonId, string Email, string Rhythm, DateTimeOffset DueAt, long NoticeId);

/// <summary>Digests of unread notices by e-mail. A turn is taken in the database before its mail is sent: after a crash in between, that mail is lost rather
/// than sent twice, and its notices remain unread in the studio.</summary>
public sealed class Digests(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private const int MostAtOnce = 100;

    /// <summary>Notices younger than this wait for the next digest: transactions that began before may still commit, with lower numbers.</summary>
    public static TimeSpan Settling { get; } = TimeSpan.FromMinutes(1);

    public async Task<string?> RhythmOfAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.PersonDigests.Where(digest => digest.PersonId == personId).Select(digest => digest.Rhythm).SingleOrDefaultAsync(cancellationToken);
    }

    /// <param name="rhythm">One of <see cref="DigestRhythms"/>; null = never. The first digest comes after one period.</param>
    public async Task SetAsync(Guid personId, string? rhythm, CancellationToken cancellationToken)
    {
        DateTimeOffset? due = rhythm is null ? null : clock.GetUtcNow() + DigestRhythms.PeriodOf(rhythm);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.PersonDigests.AnyAsync(digest => digest.PersonId == personId, cancellationToken))
        {
            await database.PersonDigests.Where(digest => digest.PersonId == personId && digest.Rhythm != rhythm).ExecuteUpdateAsync(
                change => change.SetProperty(digest => digest.Rhythm, rhythm).SetProperty(digest => digest.DueAt, due), cancellationToken);
        }
        else if (rhythm is not null)
        {
            database.PersonDigests.Add(new PersonDigest { PersonId = personId, Rhythm = rhythm, DueAt = due });
            await database.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>The turns that are due, the oldest first.</summary>
    public async Task<IReadOnlyList<DigestTurn>> DueAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var due =
            from digest in database.PersonDigests
            where digest.DueAt <= now
            join person in database.People on digest.PersonId equals person.Id
            where person.SuspendedAt == null && person.EmailConfirmed && person.Email != null
            orderby digest.DueAt
            select new DigestTurn(person.Id, person.Email!, digest.Rhythm!, digest.DueAt!.Value, digest.NoticeId);
        return await due.Take(MostAtOnce).ToListAsync(cancellationToken);
    }

    /// <summary>Takes a turn, so that no other process sends its mail.</summary>
    /// <returns>The unread notices that no earlier digest contained, oldest first, without those that were sent by mail at once; null if another process took the turn.</returns>
    public async Task<IReadOnlyList<Notice>?> TakeAsync(DigestTurn turn, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(turn);
        var now = clock.GetUtcNow();
        var (settled, urgent) = (now - Settling, NoticeKinds.Urgent);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var notices = await database.Notices.AsNoTracking()
            .Where(notice => notice.PersonId == turn.PersonId && notice.ReadAt == null && notice.Id > turn.NoticeId && notice.At <= settled && !urgent.Contains(notice.Kind))
            .OrderBy(notice => notice.Id).ToListAsync(cancellationToken);
        var newest = notices is [.., var last] ? last.Id : turn.NoticeId;
        DateTimeOffset? next = NextAfter(turn, now);
        var taken = await Of(database, turn).Where(digest => digest.DueAt == turn.DueAt).ExecuteUpdateAsync(
            change => change.SetProperty(digest => digest.DueAt, next).SetProperty(digest => digest.NoticeId, newest), cancellationToken);
        return taken == 1 ? notices : null;
    }

    /// <summary>Gives back a turn whose mail was not sent, to be tried again later.</summary>
    public async Task ReturnAsync(DigestTurn turn, TimeSpan delay, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(turn);
        DateTimeOffset? due = clock.GetUtcNow() + delay;
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await Of(database, turn).ExecuteUpdateAsync(
            change => change.SetProperty(digest => digest.DueAt, due).SetProperty(digest => digest.NoticeId, turn.NoticeId), cancellationToken);
    }

    // Unless the person has changed the rhythm or switched the digests off.
    private static IQueryable<PersonDigest> Of(AppDbContext database, DigestTurn turn) =>
        database.PersonDigests.Where(digest => digest.PersonId == turn.PersonId && digest.Rhythm == turn.Rhythm);

    // Digests that were missed, because the studio did not run, are not made up for.
    private static DateTimeOffset NextAfter(DigestTurn turn, DateTimeOffset now)
    {
        var period = DigestRhythms.PeriodOf(turn.Rhythm);
        return turn.DueAt + (period * (1 + Math.Floor((now - turn.DueAt) / period)));
    }
}
