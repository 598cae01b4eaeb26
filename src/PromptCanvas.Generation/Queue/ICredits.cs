using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Queue;

/// <summary>What somebody may use now.</summary>
/// <param name="Period">2026-11, 2026-W48, 2026-11-23 or "all".</param>
/// <param name="ResetsAt">When credits are renewed; null = never.</param>
public sealed record QuotaView(int Used, int Limit, string Period, DateTimeOffset? ResetsAt)
{
    public int Remaining => Limit - Used;
}

/// <summary>One line of an account as its owner reads it. The lines of one job and kind are one.</summary>
/// <param name="Id">Of its newest row; lines after it are found with it.</param>
/// <param name="Amount">Credits, positive in the person's favour.</param>
/// <param name="Pictures">How many pictures it is about; 0 for grants.</param>
public sealed record LedgerLine(long Id, DateTimeOffset At, string Kind, int Amount, string Reason, string Period, Guid? JobId, int Pictures, Guid? ByPersonId);

/// <summary>Settings of one person; null = by role or installation.</summary>
/// <param name="Allowance">Credits a period.</param>
/// <param name="Weight">Share of the queue; above 0, 1 = as everybody.</param>
/// <param name="MaximumQueued">Jobs that may wait at the same time.</param>
/// <param name="MaximumRunning">Jobs that may run at the same time.</param>
public sealed record PersonLimits(int? Allowance = null, double Weight = 1, int? MaximumQueued = null, int? MaximumRunning = null);

/// <summary>Credits as pages and API see them. Who may call what is the caller's affair.</summary>
public interface ICredits
{
    /// <summary>What a person may use now; begins the period when nobody did.</summary>
    /// <param name="role">The person's role, for its default; null = the installation's.</param>
    Task<QuotaView> GetAsync(Guid personId, string? role, CancellationToken cancellationToken);

    /// <summary>Gives credits on top of this period's.</summary>
    /// <param name="amount">1 … 1,000,000.</param>
    /// <param name="reason">For the person: why.</param>
    Task<Result<QuotaView>> TopUpAsync(Guid personId, string? role, int amount, string reason, Guid? byPersonId, CancellationToken cancellationToken);

    Task<PersonLimits> LimitsOfAsync(Guid personId, CancellationToken cancellationToken);

    /// <summary>Counts from the person's next request on, within this period too.</summary>
    Task<Result<PersonLimits>> SetLimitsAsync(Guid personId, PersonLimits limits, CancellationToken cancellationToken);

    /// <summary>Credits a period by role; roles without an entry get the installation's.</summary>
    Task<IReadOnlyDictionary<string, int>> RoleAllowancesAsync(CancellationToken cancellationToken);

    /// <param name="allowance">Null = the installation's default again.</param>
    Task<Result<int?>> SetRoleAllowanceAsync(string role, int? allowance, CancellationToken cancellationToken);

    /// <summary>An account, newest first.</summary>
    /// <param name="before">The <see cref="LedgerLine.Id"/> of the last line seen; null for the first page.</param>
    /// <param name="take">1 … 200.</param>
    Task<IReadOnlyList<LedgerLine>> HistoryAsync(Guid personId, long? before, int take, CancellationToken cancellationToken);

    /// <summary>Pictures delivered in a span of time, by person, day and model; the latest day first.</summary>
    Task<IReadOnlyList<UsageLine>> UsageAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken);
}

/// <summary>What somebody used on one day with one model.</summary>
/// <param name="Pictures">Delivered.</param>
public sealed record UsageLine(Guid? PersonId, DateOnly Day, string Model, int Pictures);
