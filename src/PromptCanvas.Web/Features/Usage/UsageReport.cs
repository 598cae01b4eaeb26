using PromptCanvas.Generation.Queue;


namespace PromptCanvas.Web.Features.Usage;

/// <summary>One person's or one model's share of the pictures.</summary>
public sealed record UsageShare(string Name, int Pictures);

/// <summary>Usage in a span of days, totalled by day, person and model.</summary>
internal sealed record UsageReport
{
    // A whole week averages out weekends.
    private const int PaceDays = 7;
    private const int ForecastDays = 30;

    private UsageReport(IReadOnlyList<(DateOnly Day, int Pictures)> days) => Days = days;

    public required int Total { get; init; }

    /// <summary>Every day of the span in order, including days without pictures.</summary>
    public IReadOnlyList<(DateOnly Day, int Pictures)> Days { get; }

    /// <summary>Largest share first.</summary>
    public required IReadOnlyList<UsageShare> People { get; init; }

    /// <summary>Largest share first.</summary>
    public required IReadOnlyList<UsageShare> Models { get; init; }

    /// <summary>Average pictures per day over the last seven days of the span, or over a shorter span.</summary>
    public double Pace => Days.TakeLast(PaceDays).Average(day => day.Pictures);

    /// <summary>Pictures in the next 30 days at the current pace.</summary>
    public int Forecast => (int)Math.Round(Pace * ForecastDays);

    /// <param name="today">The last day of the span.</param>
    /// <param name="days">Number of days; at least 1.</param>
    /// <param name="nameOf">The display name of a person; null = pictures from before accounts existed.</param>
    public static UsageReport Of(IReadOnlyList<UsageLine> lines, DateOnly today, int days, Func<Guid?, string> nameOf)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(days, 1);
        var byDay = lines.GroupBy(line => line.Day).ToDictionary(group => group.Key, group => group.Sum(line => line.Pictures));
        return new UsageReport([.. Enumerable.Range(1 - days, days).Select(today.AddDays).Select(day => (day, byDay.GetValueOrDefault(day)))])
        {
            Total = lines.Sum(line => line.Pictures),
            People = Shares(lines, line => nameOf(line.PersonId)),
            Models = Shares(lines, line => line.Model),
        };
    }

    private static UsageShare[] Shares(IReadOnlyList<UsageLine> lines, Func<UsageLine, string> name) =>
    [
        .. lines.GroupBy(name).Select(group => new UsageShare(group.Key, group.Sum(line => line.Pictures)))
            .OrderByDescending(share => share.Pictures).ThenBy(share => share.Name, StringComparer.CurrentCulture),
    ];
}
