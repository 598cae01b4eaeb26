using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.People;

/// <summary>The recent pictures of each person, for the list of people.</summary>
internal sealed class RecentUsage(ICredits credits, TimeProvider clock)
{
    public const int Days = 30;

    /// <summary>Pictures by person; people who made none are absent.</summary>
    public async Task<IReadOnlyDictionary<Guid, int>> ReadAsync(CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        var lines = await credits.UsageAsync(now.AddDays(-Days), now, cancellationToken);
        return lines.Where(line => line.PersonId is not null).GroupBy(line => line.PersonId!.Value).ToDictionary(person => person.Key, person => person.Sum(line => line.Pictures));
    }
}
