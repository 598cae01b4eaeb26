using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Queue;

/// <inheritdoc/>
internal sealed class CreditService(
    IDbContextFactory<AppDbContext> databases, Transactions transactions, Ledger ledger, IOptionsMonitor<QuotaOptions> options, TimeProvider clock) : ICredits
{
    private const int MaximumAmount = 1_000_000;
    private const int MaximumReasonLength = 200;
    private const int MaximumTake = 200;
    private const double MaximumWeight = 100;

    public async Task<QuotaView> GetAsync(Guid personId, string? role, CancellationToken cancellationToken)
    {
        // Read first: pages ask often, and the row usually exists and is current.
        var period = CreditPeriod.At(options.CurrentValue, clock.GetUtcNow());
        await using (var look = await databases.CreateDbContextAsync(cancellationToken))
        {
            if (await ledger.CurrentAsync(look, personId, role, cancellationToken) is { } current)
            {
                return ToView(current, period);
            }
        }

        return await transactions.RunAsync(
            async database => (ToView(await ledger.QuotaAsync(database, personId, role, cancellationToken), period), true), cancellationToken);
    }

    public async Task<Result<QuotaView>> TopUpAsync(
        Guid personId, string? role, int amount, string reason, Guid? byPersonId, CancellationToken cancellationToken)
    {
        if (amount is < 1 or > MaximumAmount)
        {
            return new InvalidInput("amount", $"A top-up is 1 to {MaximumAmount} credits, not {amount}.");
        }

        if (string.IsNullOrWhiteSpace(reason) || reason.Length > MaximumReasonLength)
        {
            return new InvalidInput("reason", $"Give a reason of at most {MaximumReasonLength} characters; the person can read it.");
        }

        var period = CreditPeriod.At(options.CurrentValue, clock.GetUtcNow());
        return await transactions.RunAsync(
            async database =>
            {
                var quota = await ledger.QuotaAsync(database, personId, role, cancellationToken);
                await ledger.TopUpAsync(database, quota, CreditUnits.FromCredits(amount), reason.Trim(), byPersonId, cancellationToken);
                return (ToView(quota, period), true);
            },
            cancellationToken);
    }

    public async Task<decimal> CostOfAsync(Guid jobId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return CreditUnits.ToCredits(-await database.Ledger.Where(line => line.JobId == jobId && line.Kind == LedgerKinds.Charge).SumAsync(line => line.Amount, cancellationToken));
    }

    public async Task<PersonLimits> LimitsOfAsync(Guid personId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.PersonCredits.AsNoTracking().SingleOrDefaultAsync(person => person.PersonId == personId, cancellationToken);
        return row is null ? new PersonLimits() : new PersonLimits(row.Allowance, row.Weight, row.MaximumQueued, row.MaximumRunning);
    }

    public async Task<Result<PersonLimits>> SetLimitsAsync(Guid personId, PersonLimits limits, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(limits);
        if (Check(limits).Refusal is { } refusal)
        {
            return refusal;
        }

        return await transactions.RunAsync(
            async database =>
            {
                var row = await database.PersonCredits.SingleOrDefaultAsync(person => person.PersonId == personId, cancellationToken);
                row ??= database.PersonCredits.Add(new PersonCredits { PersonId = personId }).Entity;
                (row.Allowance, row.Weight, row.MaximumQueued, row.MaximumRunning) =
                    (limits.Allowance, limits.Weight, limits.MaximumQueued, limits.MaximumRunning);
                await database.SaveChangesAsync(cancellationToken);
                return (limits, true);
            },
            cancellationToken);
    }

    public async Task<IReadOnlyDictionary<string, int>> RoleAllowancesAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.RoleCredits.ToDictionaryAsync(row => row.Role, row => row.Allowance, cancellationToken);
    }

    public async Task<Result<int?>> SetRoleAllowanceAsync(string role, int? allowance, CancellationToken cancellationToken)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(role);
        if (allowance is < 0 or > MaximumAmount)
        {
            return Allowances(allowance.Value);
        }

        return await transactions.RunAsync<Result<int?>>(
            async database =>
            {
                await database.RoleCredits.Where(row => row.Role == role).ExecuteDeleteAsync(cancellationToken);
                if (allowance is { } credits)
                {
                    database.RoleCredits.Add(new RoleCredits { Role = role, Allowance = credits });
                    await database.SaveChangesAsync(cancellationToken);
                }

                return (allowance, true);
            },
            cancellationToken);
    }

    public async Task<IReadOnlyList<LedgerLine>> HistoryAsync(Guid personId, long? before, int take, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(take, 1);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(take, MaximumTake);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);

        // Settlements change no balance, so they are hidden. Refunds are grouped by reason.
        return await database.Ledger
            .Where(row => row.PersonId == personId && row.Kind != LedgerKinds.Settle)
            .GroupBy(row => new { row.Period, row.Kind, row.Reason, row.JobId, row.ByPersonId, Alone = row.JobId == null ? row.Id : 0 })
            .Select(lines => new
            {
                Id = lines.Max(line => line.Id),
                At = lines.Max(line => line.At),
                Amount = lines.Sum(line => line.Amount),
                Pictures = lines.Count(line => line.ImageIndex != null),
                lines.Key,
            })
            .Where(line => before == null || line.Id < before)
            .OrderByDescending(line => line.Id)
            .Take(take)
            .Select(line => new LedgerLine(
                line.Id, line.At, line.Key.Kind, CreditUnits.ToCredits(line.Amount), line.Key.Reason, line.Key.Period, line.Key.JobId, line.Pictures, line.Key.ByPersonId))
            .ToListAsync(cancellationToken);
    }

    public async Task<IReadOnlyList<UsageLine>> UsageAsync(DateTimeOffset from, DateTimeOffset until, CancellationToken cancellationToken)
    {
        // Grouped by day in memory, because the databases differ in truncating times.
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var pictures = await database.Pictures.Where(picture => picture.CreatedAt >= from && picture.CreatedAt < until && picture.Kind != JobKinds.Draft)
            .Select(picture => new { picture.PersonId, picture.CreatedAt, picture.Model }).ToListAsync(cancellationToken);
        return [.. pictures
            .GroupBy(picture => (picture.PersonId, Day: DateOnly.FromDateTime(picture.CreatedAt.UtcDateTime), picture.Model))
            .Select(group => new UsageLine(group.Key.PersonId, group.Key.Day, group.Key.Model, group.Count()))
            .OrderByDescending(line => line.Day).ThenByDescending(line => line.Pictures)];
    }

    private static QuotaView ToView(Quota quota, CreditPeriod period) => new(CreditUnits.ToCredits(quota.Used), CreditUnits.ToCredits(quota.Cap), quota.Period, period.ResetsAt);

    private static Result Check(PersonLimits limits) => limits switch
    {
        { Allowance: < 0 or > MaximumAmount } => Allowances(limits.Allowance.Value),
        { Weight: not (> 0 and <= MaximumWeight) } => new InvalidInput("weight", $"A weight is above 0 and at most {MaximumWeight}; the default is 1."),
        { MaximumQueued: < 0 } => new InvalidInput("maximumQueued", "The number of queued jobs cannot be below 0."),
        { MaximumRunning: < 1 } => new InvalidInput("maximumRunning", "The number of running jobs cannot be below 1; to stop a person's jobs, suspend the account."),
        _ => Result.Done,
    };

    private static InvalidInput Allowances(int allowance) =>
        new("allowance", $"An allowance is 0 to {MaximumAmount} credits, not {allowance}.");
}
