namespace PromptCanvas.Data.Credits;

/// <summary>A person's used and available credits in one period, in hundredths. Sums of the ledger, stored so that a charge is one update.</summary>
public sealed class Quota
{
    public required Guid PersonId { get; init; }

    /// <summary>2026-11, 2026-W48, 2026-11-23 or "all", in UTC.</summary>
    public required string Period { get; init; }

    public required DateTimeOffset StartsAt { get; init; }

    /// <summary>Between 0 and <see cref="Cap"/>, enforced by a database constraint.</summary>
    public long Used { get; set; }

    /// <summary>Allowance + extra, but at least the used credits.</summary>
    public required long Cap { get; set; }

    /// <summary>From the person's own limit, the role's or the installation's.</summary>
    public required long Allowance { get; set; }

    /// <summary>Carried over and topped up.</summary>
    public required long Extra { get; set; }
}
