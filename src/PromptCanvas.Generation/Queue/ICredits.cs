using PromptCanvas.Data.Credits;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Queue;

/// <summary>A person's current credits.</summary>
/// <param name="Period">2026-11, 2026-W48, 2026-11-23 or "all".</param>
/// <param name="ResetsAt">When credits are renewed; null = never.</param>
public sealed record QuotaView(decimal Used, decimal Limit, string Period, DateTimeOffset? ResetsAt)
{
    // Through the ledger's unit, because a difference of decimals keeps trailing zeros: 2.75 − 0.75 = 2.00.
    public decimal Remaining => CreditUnits.ToCredits((long)((Limit - Used) * CreditUnits.PerCredit));
}

/// <summary>One line of a person's account. Ledger entries of the same job and kind are merged into one line.</summary>
/// <param name="Id">Id of its newest entry; used as the cursor.</param>
/// <param name="Amount">Credits; positive adds to the person's balance.</param>
/// <param name="Pictures">Number of pictures concerned; 0 for grants.</param>
public sealed record LedgerLine(long Id, DateTimeOffset At, string Kind, decimal Amount, string Reason, string Period, Guid? JobId, int Pictures, Guid? ByPersonId);

/// <summary>A person's own settings; null = the role's or the installation's.</summary>
/// <param name="Allowance">Credits per period.</param>
/// <param name="Weight">Weight in fair queueing; above 0, default 1.</param>
/// <param name="MaximumQueued">Maximum queued jobs.</param>
/// <param name="MaximumRunning">Maximum running jobs.</param>
public sealed record PersonLimits(int? Allowance = null, double Weight = 1, int? MaximumQueued = null, int? MaximumRunning = null);

/// <summary>Credit operations for pages and the API. The caller is responsible for authorization.</summary>
public interface ICredits
{
    /// <summary>A person's current credits; creates the period's quota if missing.</summary>
    /// <param name="role">The person's role, which determines the default; null = the installation's.</param>
    Task<QuotaView> GetAsync(Guid personId, string? role, CancellationToken cancellationToken);

    /// <summary>Adds credits to the current period.</summary>
    /// <param name="amount">1 … 1,000,000.</param>
    /// <param name="reason">Shown to the person.</param>
    Task<Result<QuotaView>> TopUpAsync(Guid personId, string? role, int amount, string reason, Guid? byPersonId, CancellationToken cancellationToken);

    /// <summary>The credits that were charged for a job; 0 for one without an owner.</summary>
    Task<decimal> CostOfAsync(Guid jobId, CancellationToken cancellationToken);

    Task<PersonLimits> LimitsOfAsync(Guid personId, CancellationToken cancellationToken);

    /// <summary>Changes a person's settings; they apply from the next request, within the current period.</summary>
    Task<Result<PersonLimits>> SetLimitsAsync(Guid personId, PersonLimits limits, CancellationToken cancellationToken);

    /// <summary>Credits per period by role; roles without an entry use the installation's default.</summary>
    Task<IReadOnlyDictionary<string, int>> RoleAllowancesAsync(CancellationToken cancellationToken);

    /// <param name="allowance">Null = reset to the installation's default.</param>
    Task<Result<int?>> SetRoleAllowanceAsync(string role, int? allowance, CancellationToken cancellationToken);

    /// <summary>A person's account, newest first.</summary>
    /// <param name="before">The <see cref="LedgerLine.Id"/> of the previous page's last line; null for the first page.</param>
    /// <param name="take">Maximum number of lines, 1 … 200.</param>
    Task<IReadOnlyList<LedgerLine>> HistoryAsync(Guid personId, long? before, int take, CancellationToken cancellationToken);

    /// <summary>Delivered pictures in a time range, by person, day and model; latest day first.</summary>
    Task<IReadOnlyList<UsageLine>> UsageAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);
}

/// <summary>A person's usage on one day with one model.</summary>
/// <param name="Pictures">Delivered pictures.</param>
public sealed record UsageLine(Guid? PersonId, DateOnly Day, string Model, int Pictures);
