namespace PromptCanvas.Data.Credits;

/// <summary>What somebody has used and may use in one period: sums of the ledger, kept so that a charge is one update.</summary>
public sealed class Quota
{
    public required Guid PersonId { get; init; }

    /// <summary>2026-11, 2026-W48, 2026-11-23 or "all", in UTC.</summary>
    public required string Period { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>Between 0 and <see cref="Cap"/>; the database holds it there.</summary>
    public int Used { get; set; }

    /// <summary>Allowance + extra, but never less than what is used already.</summary>
    public required int Cap { get; set; }

    /// <summary>By the person's own cap, the role's or the installation's.</summary>
    public required int Allowance { get; set; }

    /// <summary>Carried over and topped up.</summary>
    public required int Extra { get; set; }
}
