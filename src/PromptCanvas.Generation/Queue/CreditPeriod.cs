using System.Globalization;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Queue;

/// <summary>One credit period.</summary>
/// <param name="Key">2026-11, 2026-W48, 2026-11-23 or "all".</param>
/// <param name="ResetsAt">Start of the next period; null if there is none.</param>
internal sealed record CreditPeriod(string Key, DateTimeOffset StartsAt, DateTimeOffset? ResetsAt)
{
    private const int DaysOfWeek = 7;

    /// <summary>The period that contains a time, by the calendar of the studio's time zone.</summary>
    public static CreditPeriod At(QuotaOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        var zone = options.Zone;
        var day = TimeZoneInfo.ConvertTime(now, zone).Date;
        switch (options.Period)
        {
            case QuotaPeriod.Month:
                var month = day.AddDays(1 - day.Day);
                return new CreditPeriod(Text(month, "yyyy-MM"), Begin(month, zone), Begin(month.AddMonths(1), zone));
            case QuotaPeriod.Week:
                var monday = day.AddDays(-(((int)day.DayOfWeek + DaysOfWeek - 1) % DaysOfWeek));
                var week = string.Create(CultureInfo.InvariantCulture, $"{ISOWeek.GetYear(day):0000}-W{ISOWeek.GetWeekOfYear(day):00}");
                return new CreditPeriod(week, Begin(monday, zone), Begin(monday.AddDays(DaysOfWeek), zone));
            case QuotaPeriod.Day:
                return new CreditPeriod(Text(day, "yyyy-MM-dd"), Begin(day, zone), Begin(day.AddDays(1), zone));
            default:
                return new CreditPeriod("all", DateTimeOffset.UnixEpoch, null);
        }
    }

    /// <summary>The start of a day in UTC. Some zones change their clocks at midnight: the day then starts later, or its first hour occurs twice.</summary>
    private static DateTimeOffset Begin(DateTime day, TimeZoneInfo zone)
    {
        var first = day;
        while (zone.IsInvalidTime(first))
        {
            first = first.AddMinutes(1);
        }

        var offset = zone.IsAmbiguousTime(first) ? zone.GetAmbiguousTimeOffsets(first).Max() : zone.GetUtcOffset(first);
        return new DateTimeOffset(first, offset).ToUniversalTime();
    }

    private static string Text(DateTime time, string format) => time.ToString(format, CultureInfo.InvariantCulture);
}
