using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.People;

namespace PromptCanvas.Data.Identity;

/// <summary>Unread notices for people.</summary>
public sealed class NoticeBoard(IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    private const int MostShown = 50;

    /// <summary>Newest first.</summary>
    public async Task<IReadOnlyList<Notice>> UnreadAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Notices.AsNoTracking().Where(notice => notice.PersonId == personId && notice.ReadAt == null)
            .OrderByDescending(notice => notice.At).ThenByDescending(notice => notice.Id).Take(MostShown).ToListAsync(cancellationToken);
    }

    /// <summary>Newest first, read or not.</summary>
    public async Task<IReadOnlyList<Notice>> RecentAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Notices.AsNoTracking().Where(notice => notice.PersonId == personId)
            .OrderByDescending(notice => notice.At).ThenByDescending(notice => notice.Id).Take(MostShown).ToListAsync(cancellationToken);
    }

    public async Task<int> CountUnreadAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Notices.CountAsync(notice => notice.PersonId == personId && notice.ReadAt == null, cancellationToken);
    }

    /// <summary>Numbers of unread notices; people without any are left out.</summary>
    public async Task<IReadOnlyDictionary<Guid, int>> CountUnreadAsync(IReadOnlyCollection<Guid> people, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(people);
        var ids = people.ToList();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Notices.Where(notice => notice.ReadAt == null && EF.Parameter(ids).Contains(notice.PersonId))
            .GroupBy(notice => notice.PersonId).Select(group => new { group.Key, Count = group.Count() })
            .ToDictionaryAsync(group => group.Key, group => group.Count, cancellationToken);
    }

    /// <summary>Whether a notice is unread that every page points out.</summary>
    public async Task<bool> AnyUnreadAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Notices.AnyAsync(notice => notice.PersonId == personId && notice.ReadAt == null && NoticeKinds.Urgent.Contains(notice.Kind), cancellationToken);
    }

    /// <summary>Marks this notice and all older ones as read; a request for credits stays open until it is decided.</summary>
    public async Task MarkReadAsync(Guid personId, long noticeId, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Notices.Where(notice => notice.PersonId == personId && notice.Id <= noticeId && notice.ReadAt == null && notice.Kind != NoticeKinds.CreditsAsked)
            .ExecuteUpdateAsync(change => change.SetProperty(notice => notice.ReadAt, now), cancellationToken);
    }
}
