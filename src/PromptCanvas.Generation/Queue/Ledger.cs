using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Generation.Configuration;
using static System.FormattableString;

namespace PromptCanvas.Generation.Queue;

/// <summary>Writes ledger entries. Always runs in the caller's transaction, so that a charge and the job it pays for commit together.</summary>
internal sealed class Ledger(IOptionsMonitor<QuotaOptions> options, TimeProvider clock)
{
    private const int LabelLength = 60;

    /// <summary>A prompt as quoted in a ledger entry.</summary>
    public static string Quote(string prompt)
    {
        var line = prompt.ReplaceLineEndings(" ");
        if (line.Length <= LabelLength)
        {
            return $"“{line}”";
        }

        // PostgreSQL rejects half a surrogate pair.
        var end = char.IsHighSurrogate(line[LabelLength - 1]) ? LabelLength - 1 : LabelLength;
        return $"“{line[..end].TrimEnd()}…”";
    }

    /// <summary>The period's quota; null if it must be created or updated first.</summary>
    public async Task<Quota?> CurrentAsync(AppDbContext database, Guid personId, string? role, CancellationToken cancellationToken)
    {
        var key = CreditPeriod.At(options.CurrentValue, clock.GetUtcNow()).Key;
        var allowance = await AllowanceAsync(database, personId, role, cancellationToken);
        var quota = await database.Quotas.AsNoTracking().SingleOrDefaultAsync(row => row.PersonId == personId && row.Period == key, cancellationToken);
        return quota is not null && quota.Allowance == allowance && quota.Cap == Math.Max(quota.Used, allowance + quota.Extra) ? quota : null;
    }

    /// <summary>The period's quota; created if missing, and updated to the administrators' current settings.</summary>
    public async Task<Quota> QuotaAsync(AppDbContext database, Guid personId, string? role, CancellationToken cancellationToken)
    {
        var period = CreditPeriod.At(options.CurrentValue, clock.GetUtcNow());
        var allowance = await AllowanceAsync(database, personId, role, cancellationToken);
        var quota = await database.Quotas.SingleOrDefaultAsync(row => row.PersonId == personId && row.Period == period.Key, cancellationToken);
        if (quota is null)
        {
            quota = await BeginAsync(database, personId, period, allowance, cancellationToken);
        }
        else if (Math.Max(quota.Used, allowance + quota.Extra) is var cap && (cap != quota.Cap || allowance != quota.Allowance))
        {
            if (cap != quota.Cap)
            {
                Add(database, quota, LedgerKinds.Grant, cap - quota.Cap, Invariant($"The allowance is now {CreditUnits.ToCredits(allowance)} credits."));
            }

            (quota.Allowance, quota.Cap) = (allowance, cap);
        }

        await database.SaveChangesAsync(cancellationToken);
        return quota;
    }

    /// <summary>Charges the pictures of a job, all or none.</summary>
    /// <param name="pictureCost">Hundredths of a credit for each picture.</param>
    public async Task<Result> ChargeAsync(
        AppDbContext database, Guid personId, string? role, Guid jobId, int pictures, long pictureCost, string prompt, CancellationToken cancellationToken)
    {
        var quota = await QuotaAsync(database, personId, role, cancellationToken);
        var cost = pictures * pictureCost;
        var charged = await database.Quotas
            .Where(row => row.PersonId == personId && row.Period == quota.Period && row.Used + cost <= row.Cap)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.Used, row => row.Used + cost), cancellationToken);
        if (charged == 0)
        {
            var left = await database.Quotas.Where(row => row.PersonId == personId && row.Period == quota.Period)
                .Select(row => row.Cap - row.Used).SingleAsync(cancellationToken);
            return Refuse(cost, left);
        }

        for (var index = 0; index < pictures; index++)
        {
            Add(database, quota, LedgerKinds.Charge, -pictureCost, Quote(prompt), jobId, index);
        }

        return Result.Done;
    }

    /// <summary>Marks a picture's charge as final after delivery.</summary>
    /// <param name="reason">The delivered picture; shown to the person.</param>
    public async Task SettleAsync(AppDbContext database, Guid jobId, int imageIndex, string reason, CancellationToken cancellationToken)
    {
        if (await Charges(database, jobId).SingleOrDefaultAsync(row => row.ImageIndex == imageIndex, cancellationToken) is { } charge)
        {
            database.Ledger.Add(Answer(charge, LedgerKinds.Settle, 0, reason));
            await database.SaveChangesAsync(cancellationToken);
        }
    }

    /// <summary>Refunds the charges of some pictures, each at most once: a second refund violates a unique index.</summary>
    /// <param name="reason">Why the pictures were not delivered; shown to the person.</param>
    public async Task RefundAsync(
        AppDbContext database, Guid jobId, IReadOnlyCollection<int> imageIndices, string reason, CancellationToken cancellationToken)
    {
        if (imageIndices.Count == 0)
        {
            return;
        }

        var charges = await Charges(database, jobId).Where(row => imageIndices.Contains(row.ImageIndex!.Value)).ToListAsync(cancellationToken);
        if (charges.Count == 0)
        {
            return;
        }

        database.Ledger.AddRange(charges.Select(charge => Answer(charge, LedgerKinds.Refund, -charge.Amount, reason)));
        await database.SaveChangesAsync(cancellationToken);
        var credits = -charges.Sum(charge => charge.Amount);
        var (personId, period) = (charges[0].PersonId, charges[0].Period);
        await database.Quotas.Where(row => row.PersonId == personId && row.Period == period)
            .ExecuteUpdateAsync(change => change.SetProperty(row => row.Used, row => row.Used - credits), cancellationToken);
    }

    /// <summary>Adds hundredths of a credit to the person's current balance, even if the allowance was lowered below the used credits.</summary>
    public async Task TopUpAsync(AppDbContext database, Quota quota, long amount, string reason, Guid? byPersonId, CancellationToken cancellationToken)
    {
        quota.Cap += amount;
        quota.Extra = quota.Cap - quota.Allowance;
        Add(database, quota, LedgerKinds.TopUp, amount, reason, byPersonId: byPersonId);
        await database.SaveChangesAsync(cancellationToken);
    }

    private static IQueryable<LedgerEntry> Charges(AppDbContext database, Guid jobId) =>
        database.Ledger.AsNoTracking().Where(row => row.JobId == jobId && row.Kind == LedgerKinds.Charge);

    private async Task<long> AllowanceAsync(AppDbContext database, Guid personId, string? role, CancellationToken cancellationToken) => CreditUnits.FromCredits(
        await database.PersonCredits.Where(row => row.PersonId == personId).Select(row => row.Allowance).SingleOrDefaultAsync(cancellationToken)
        ?? (role is null
            ? null
            : await database.RoleCredits.Where(row => row.Role == role).Select(row => (int?)row.Allowance).SingleOrDefaultAsync(cancellationToken))
        ?? options.CurrentValue.DefaultCredits);

    private async Task<Quota> BeginAsync(
        AppDbContext database, Guid personId, CreditPeriod period, long allowance, CancellationToken cancellationToken)
    {
        var left = await database.Quotas.Where(row => row.PersonId == personId && row.StartsAt < period.StartsAt)
            .OrderByDescending(row => row.StartsAt).Select(row => row.Cap - row.Used).FirstOrDefaultAsync(cancellationToken);
        var carried = Math.Min(left, CreditUnits.FromCredits(options.CurrentValue.CarryOver));
        var quota = new Quota
        {
            PersonId = personId,
            Period = period.Key,
            StartsAt = period.StartsAt,
            Allowance = allowance,
            Extra = carried,
            Cap = allowance + carried,
        };
        database.Quotas.Add(quota);
        Add(database, quota, LedgerKinds.Grant, allowance, period.ResetsAt is null ? "Allowance." : $"Allowance for {period.Key}.");
        if (carried > 0)
        {
            Add(database, quota, LedgerKinds.Carry, carried, "Unused credits of the period before.");
        }

        return quota;
    }

    private void Add(
        AppDbContext database, Quota quota, string kind, long amount, string reason, Guid? jobId = null, int? imageIndex = null, Guid? byPersonId = null) =>
        database.Ledger.Add(new LedgerEntry
        {
            PersonId = quota.PersonId,
            Period = quota.Period,
            JobId = jobId,
            ImageIndex = imageIndex,
            Kind = kind,
            Amount = amount,
            Reason = reason,
            ByPersonId = byPersonId,
            At = clock.GetUtcNow(),
        });

    private LedgerEntry Answer(LedgerEntry charge, string kind, long amount, string reason) => new()
    {
        PersonId = charge.PersonId,
        Period = charge.Period,
        JobId = charge.JobId,
        ImageIndex = charge.ImageIndex,
        Kind = kind,
        Amount = amount,
        Reason = reason,
        At = clock.GetUtcNow(),
    };

    private QuotaExceeded Refuse(long cost, long remaining)
    {
        var (needed, left) = (CreditUnits.ToCredits(cost), CreditUnits.ToCredits(remaining));
        var resetsAt = CreditPeriod.At(options.CurrentValue, clock.GetUtcNow()).ResetsAt;
        var renewal = resetsAt is { } at
            ? $"they are renewed on {TimeZoneInfo.ConvertTime(at, options.CurrentValue.Zone).ToString("d MMMM yyyy, HH:mm", System.Globalization.CultureInfo.InvariantCulture)} {options.CurrentValue.TimeZone}"
            : "an administrator can give more";
        var has = left == 1 ? "1 credit is left" : left == 0 ? "No credits are left" : Invariant($"{left} credits are left");
        return new QuotaExceeded(Invariant($"{has} and this needs {needed}; {renewal}."), needed, left, resetsAt);
    }
}
