using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>How long credits last; boundaries are midnight UTC.</summary>
public enum QuotaPeriod
{
    Month,

    /// <summary>From Monday.</summary>
    Week,
    Day,

    /// <summary>They are given once and never renewed.</summary>
    None,
}

/// <summary>Section <c>Quotas</c>: what people may use. One credit is one finished picture.</summary>
public sealed record QuotaOptions
{
    public const string Section = "Quotas";

    /// <summary>Credits a period for whoever has no cap by role or person.</summary>
    /// <value>200</value>
    [Range(0, 1_000_000)]
    public int DefaultCredits { get; init; } = 200;

    /// <value>Month</value>
    public QuotaPeriod Period { get; init; } = QuotaPeriod.Month;

    /// <summary>At most so many unused credits move into the next period.</summary>
    /// <value>0: none</value>
    [Range(0, 1_000_000)]
    public int CarryOver { get; init; }

    /// <summary>Jobs of one person that may wait at the same time.</summary>
    /// <value>20</value>
    [Range(1, 100_000)]
    public int MaximumQueued { get; init; } = 20;

    /// <summary>Jobs of one person that may run at the same time; 0 = as many as the worker runs.</summary>
    /// <value>0</value>
    [Range(0, 64)]
    public int MaximumRunning { get; init; }

    /// <summary>Megabytes that one person's pictures and uploads may take on the disk.</summary>
    /// <value>0: as many as there is room for</value>
    [Range(0, 100_000_000)]
    public int DiskMegabytes { get; init; }
}
