using System.ComponentModel.DataAnnotations;
using PromptCanvas.Data.Credits;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Credit period; boundaries are midnight in <see cref="QuotaOptions.TimeZone"/>.</summary>
public enum QuotaPeriod
{
    Month,

    /// <summary>Starts on Monday.</summary>
    Week,
    Day,

    /// <summary>Credits are given once and never renewed.</summary>
    None,
}

/// <summary>Section <c>Quotas</c>: limits per person. One credit is one finished picture.</summary>
public sealed record QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Credits per period for people without a cap of their own or of their role.</summary>
    /// <value>200</value>
    [Range(0, 1_000_000)]
    [RuntimeSetting]
    public int DefaultCredits { get; init; } = 200;

    /// <summary>Credits for one draft; finishing it costs the rest of a credit. Counted in hundredths.</summary>
    /// <value>0.25</value>
    [Range(0.0, 1.0)]
    [RuntimeSetting]
    public double DraftCredits { get; init; } = 0.25;

    /// <summary><see cref="DraftCredits"/> in the ledger's unit.</summary>
    internal long DraftHundredths => (long)Math.Round(DraftCredits * CreditUnits.PerCredit);

    /// <summary>How often people get credits; None = once.</summary>
    /// <value>Month</value>
    [RuntimeSetting]
    public QuotaPeriod Period { get; init; } = QuotaPeriod.Month;

    /// <summary>The time zone whose days, weeks and months count, such as Europe/Berlin.</summary>
    /// <value>UTC</value>
    [TimeZoneId]
    [RuntimeSetting]
    public string TimeZone { get; init; } = "UTC";

    internal TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    /// <summary>Maximum unused credits carried over into the next period.</summary>
    /// <value>0: none</value>
    [Range(0, 1_000_000)]
    [RuntimeSetting]
    public int CarryOver { get; init; }

    /// <summary>Maximum queued jobs per person.</summary>
    /// <value>20</value>
    [Range(1, 100_000)]
    [RuntimeSetting]
    public int MaximumQueued { get; init; } = 20;

    /// <summary>Maximum running jobs per person; 0 = limited only by the worker.</summary>
    /// <value>0</value>
    [Range(0, 64)]
    [RuntimeSetting]
    public int MaximumRunning { get; init; }

    /// <summary>Zip files that one person may download at the same time.</summary>
    /// <value>2</value>
    [Range(1, 100)]
    [RuntimeSetting]
    public int DownloadsAtOnce { get; init; } = 2;

    /// <summary>Uploads of one person that may wait while another one of theirs is decoded; further ones are refused.</summary>
    /// <value>1</value>
    [Range(1, 1000)]
    [RuntimeSetting]
    public int WaitingUploads { get; init; } = 1;

    /// <summary>Seconds that the engine may work for one person within an hour without credits: blend previews, replays and comparisons. 0 = no limit.</summary>
    /// <value>600</value>
    [Range(0, 1_000_000)]
    [RuntimeSetting]
    public int FreeSecondsPerHour { get; init; } = 600;

    /// <summary>Disk space for one person's pictures and uploads, in megabytes.</summary>
    /// <value>0: unlimited</value>
    [Range(0, 100_000_000)]
    [RuntimeSetting]
    public int DiskMegabytes { get; init; }
}
