using System.Globalization;
using Microsoft.Extensions.Localization;

namespace PromptCanvas.Web.Resources;

/// <summary>Days as headings.</summary>
internal static class DayTexts
{
    public static DateOnly DayOf(DateTimeOffset time, TimeSpan offset) => DateOnly.FromDateTime(time.ToOffset(offset).DateTime);

    /// <summary>"Today", "Yesterday", or the date.</summary>
    public static string Day(this IStringLocalizer<Texts> texts, DateOnly day, DateOnly today) =>
        day == today ? texts["Today"].Value
        : day == today.AddDays(-1) ? texts["Yesterday"].Value
        : day.ToString(day.Year == today.Year ? texts["FormatWeekday"] : texts["FormatWeekdayOfYear"], CultureInfo.CurrentCulture);

    /// <summary>A number of days: "1 day", "30 days".</summary>
    public static string Days(this IStringLocalizer<Texts> texts, int days) => days == 1 ? texts["DaysOne"] : texts["Days", days];

    /// <summary>Day and month.</summary>
    public static string ShortDay(this IStringLocalizer<Texts> texts, DateOnly day) => day.ToString(texts["FormatDay"], CultureInfo.CurrentCulture);

    /// <summary>Day, month and year.</summary>
    public static string DayOfYear(this IStringLocalizer<Texts> texts, DateOnly day) => day.ToString(texts["FormatDayOfYear"], CultureInfo.CurrentCulture);
}
