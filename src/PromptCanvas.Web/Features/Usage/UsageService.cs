using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;

namespace PromptCanvas.Web.Features.Usage;

/// <summary>Reads usage: everyone's for administrators, and each person's own.</summary>
internal sealed class UsageService(ICredits credits, IDbContextFactory<AppDbContext> databases, TimeProvider clock)
{
    /// <summary>The selectable spans, in days.</summary>
    public static IReadOnlyList<int> Spans { get; } = [7, 30, 90];

    private DateOnly Today => DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime);

    /// <summary>The given span if it is one of <see cref="Spans"/>; otherwise the default.</summary>
    public static int SpanOf(int days) => Spans.Contains(days) ? days : 30;

    public async Task<UsageReport> ReportAsync(int days, Func<string?, string> nameOf, CancellationToken cancellationToken)
    {
        var (lines, names) = await ReadAsync(days, cancellationToken);
        return UsageReport.Of(lines, Today, days, id => nameOf(names.GetValueOrDefault(id ?? Guid.Empty)));
    }

    public async Task<string> CsvAsync(int days, CancellationToken cancellationToken)
    {
        var (lines, names) = await ReadAsync(days, cancellationToken);
        return UsageCsv.Write(lines, id => names.GetValueOrDefault(id ?? Guid.Empty) ?? "");
    }

    /// <summary>A person's pictures per day, ending today.</summary>
    public async Task<IReadOnlyList<(DateOnly Day, int Pictures)>> DaysOfAsync(Guid personId, int days, CancellationToken cancellationToken)
    {
        var from = At(Today.AddDays(1 - days));
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var made = await database.Pictures.Where(picture => picture.PersonId == personId && picture.CreatedAt >= from && picture.Kind != JobKinds.Draft)
            .Select(picture => picture.CreatedAt).ToListAsync(cancellationToken);
        var byDay = made.GroupBy(at => DateOnly.FromDateTime(at.UtcDateTime)).ToDictionary(group => group.Key, group => group.Count());
        return [.. Enumerable.Range(1 - days, days).Select(Today.AddDays).Select(day => (day, byDay.GetValueOrDefault(day)))];
    }

    private static DateTimeOffset At(DateOnly day) => new(day, TimeOnly.MinValue, TimeSpan.Zero);

    private async Task<(IReadOnlyList<UsageLine> Lines, Dictionary<Guid, string> Names)> ReadAsync(int days, CancellationToken cancellationToken)
    {
        var lines = await credits.UsageAsync(At(Today.AddDays(1 - days)), At(Today.AddDays(1)), cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return (lines, await database.People.ToDictionaryAsync(person => person.Id, person => person.DisplayName, cancellationToken));
    }
}
