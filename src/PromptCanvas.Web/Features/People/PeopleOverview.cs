using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.People;

/// <summary>The list of people, with their locks and recent pictures.</summary>
/// <param name="Usage">Pictures of the last <see cref="RecentUsage.Days"/> days by person; people who made none are absent.</param>
internal sealed record PeopleList(IReadOnlyList<Person> People, ILookup<Guid, SignInLock> Locks, IReadOnlyDictionary<Guid, int> Usage)
{
    public static readonly PeopleList Empty = new([], Array.Empty<SignInLock>().ToLookup(row => row.PersonId), new Dictionary<Guid, int>());
}

/// <summary>Reads the list of people.</summary>
internal sealed class PeopleOverview(PeopleDirectory directory, LockAdministration locks, RecentUsage usage)
{
    /// <param name="words">Part of a name or address; null = everyone.</param>
    public async Task<PeopleList> ReadAsync(string? words, CancellationToken cancellationToken) => new(
        await directory.ListAsync(words, cancellationToken),
        await locks.ListAsync(cancellationToken),
        await usage.ReadAsync(cancellationToken));
}
