using PromptCanvas.Generation.Queue;


namespace PromptCanvas.Web.Features.Usage;

/// <summary>Somebody's or something's share of the pictures.</summary>
/// <param name="Name">As it is shown.</param>
public sealed record UsageShare(string Name, int Pictures);

/// <summary>What was made in a span of days, added up in three ways.</summary>
internal sealed record UsageReport
{
    // A week evens out that nobody works on Sundays.
    private const int PaceDays = 7;
    private const int ForecastDays = 30;

    private UsageReport(IReadOnlyList<(DateOnly Day, int Pictures)> days) => Days = days;

    public required int Total { get; init; }

    /// <summary>Every day of the span, the empty ones too, in order.</summary>
    public IReadOnlyList<(DateOnly Day, int Pictures)> Days { get; }

    /// <summary>The most first.</summary>
    public required IReadOnlyList<UsageShare> People { get; init; }

    /// <summary>The most first.</summary>
    public required IReadOnlyList<UsageShare> Models { get; init; }

    public int BusiestDay => Days.Max(day => day.Pictures);

    /// <summary>Pictures a day over the last seven days of the span, or all of a shorter one.</summary>
    public double Pace => Days.TakeLast(PaceDays).Average(day => day.Pictures);

    /// <summary>Pictures in the next 30 days if people go on so.</summary>
    public int Forecast => (int)Math.Round(Pace * ForecastDays);

    /// <param name="today">The last day of the span.</param>
    /// <param name="days">How many; at least 1.</param>
    /// <param name="nameOf">How a person is shown; null = made before there were accounts.</param>
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
