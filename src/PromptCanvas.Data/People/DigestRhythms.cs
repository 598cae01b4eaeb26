namespace PromptCanvas.Data.People;

/// <summary>How often a person receives unread notices by e-mail, as stored in the database.</summary>
public static class DigestRhythms
{
    public const string Daily = "daily";
    public const string Weekly = "weekly";

    public static IReadOnlyList<string> All { get; } = [Daily, Weekly];

    /// <summary>The time from one digest to the next.</summary>
    public static TimeSpan PeriodOf(string rhythm) => TimeSpan.FromDays(rhythm == Weekly ? 7 : 1);
}
