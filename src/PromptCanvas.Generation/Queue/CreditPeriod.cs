using System.Globalization;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Queue;

/// <summary>One credit period.</summary>
/// <param name="Key">2026-11, 2026-W48, 2026-11-23 or "all".</param>
/// <param name="ResetsAt">Start of the next period; null if there is none.</param>
internal sealed record CreditPeriod(string Key, DateTimeOffset StartsAt, DateTimeOffset? ResetsAt)
{
    private const int DaysOfWeek = 7;

    /// <summary>The period that contains a time, in UTC.</summary>
    public static CreditPeriod At(QuotaPeriod kind, DateTimeOffset now)
    {
        var day = new DateTimeOffset(now.UtcDateTime.Date, TimeSpan.Zero);
        switch (kind)
        {
            case QuotaPeriod.Month:
                var month = day.AddDays(1 - day.Day);
                return new CreditPeriod(Text(month, "yyyy-MM"), month, month.AddMonths(1));
            case QuotaPeriod.Week:
                var monday = day.AddDays(-(((int)day.DayOfWeek + DaysOfWeek - 1) % DaysOfWeek));
                var week = string.Create(
                    CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(day.DateTime):0000}-W{ISOWeek.GetWeekOfYear(day.DateTime):00}");
                return new CreditPeriod(week, monday, monday.AddDays(DaysOfWeek));
            case QuotaPeriod.Day:
                return new CreditPeriod(Text(day, "yyyy-MM-dd"), day, day.AddDays(1));
            default:
                return new CreditPeriod("all", DateTimeOffset.UnixEpoch, null);
        }
    }

    private static string Text(DateTimeOffset time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
