using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Bias;

/// <inheritdoc/>
internal sealed class BiasAudits(IDbContextFactory<AppDbContext> databases, BiasOrders orders, SeriesJobs jobs, SeriesLog log, TimeProvider clock) : IBiasAudits
{
    private static readonly Forbidden NotAllowed = new("Only administrators may use bias audits.");

    public Result<BiasWorld> WorldOf(string? model) => orders.WorldOf(model);

    public async Task<Result<Guid>> StartAsync(Actor actor, BiasPlan plan, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        ArgumentNullException.ThrowIfNull(plan);
        if (!actor.IsAdministrator)
        {
            return NotAllowed;
        }

        if (!(await orders.CheckAsync(actor, plan, cancellationToken)).TryGet(out var whole, out var refusal))
        {
            return refusal;
        }

        var audit = new BiasAudit
        {
            Id = Guid.NewGuid(),
            PersonId = actor.PersonId,
            Name = whole.Name,
            State = SeriesState.Running,
            Plan = JsonSerializer.Serialize(whole, JobJson.Options),
            Pictures = whole.Pictures,
            CreatedAt = clock.GetUtcNow(),
        };
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        database.BiasAudits.Add(audit);
        await log.AddAsync(database, actor, "bias.start", audit, $"{whole.Pictures} pictures, {whole.Model}", cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        return audit.Id;
    }

    public async Task<Result<IReadOnlyList<BiasAuditView>>> ListAsync(Actor actor, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.IsAdministrator)
        {
            return NotAllowed;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Views(database, database.BiasAudits.OrderByDescending(audit => audit.CreatedAt)).ToArrayAsync(cancellationToken);
    }

    public async Task<Result<BiasAuditDetail>> FindAsync(Actor actor, Guid auditId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.IsAdministrator)
        {
            return NotAllowed;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var row = await database.BiasAudits.AsNoTracking().SingleOrDefaultAsync(audit => audit.Id == auditId, cancellationToken);
        if (row is null || JobJson.Read<BiasPlan>(row.Plan) is not { } plan)
        {
            return Missing(auditId);
        }

        var readings = await database.BiasReadings.AsNoTracking().Where(reading => reading.AuditId == auditId)
            .OrderBy(reading => reading.PromptIndex).ThenBy(reading => reading.PictureIndex).ToListAsync(cancellationToken);
        var report = BiasReport.Of(plan, BiasCalibration.Read(row.Calibration), readings);
        var shown = report.Sections.SelectMany(section => section.Findings).SelectMany(finding => finding.Examples).SelectMany(ids => ids).Distinct().ToList();
        return new BiasAuditDetail(await Views(database, database.BiasAudits.Where(audit => audit.Id == auditId)).SingleAsync(cancellationToken), plan, report)
        {
            Visible = await database.Pictures.VisibleTo(actor).Where(picture => shown.Contains(picture.Id)).Select(picture => picture.Id).ToHashSetAsync(cancellationToken),
        };
    }

    public async Task<Result> CancelAsync(Actor actor, Guid auditId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.IsAdministrator)
        {
            return NotAllowed;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.BiasAudits.SingleOrDefaultAsync(row => row.Id == auditId, cancellationToken) is not { } audit)
        {
            return Missing(auditId);
        }

        if (audit.State != SeriesState.Running)
        {
            return new WrongState("This bias audit is over; there is nothing to stop.");
        }

        // Before the state: after a kill in between it still runs and can be stopped. And after it: a worker may have queued more.
        await jobs.CancelAsync(actor, audit, "The bias audit was stopped.", cancellationToken);
        (audit.State, audit.EndedAt, audit.Note) = (SeriesState.Cancelled, clock.GetUtcNow(), null);
        await log.AddAsync(database, actor, "bias.cancel", audit, null, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        await jobs.CancelAsync(actor, audit, "The bias audit was stopped.", CancellationToken.None);
        return Result.Done;
    }

    public async Task<Result> DeleteAsync(Actor actor, Guid auditId, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (!actor.IsAdministrator)
        {
            return NotAllowed;
        }

        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.BiasAudits.SingleOrDefaultAsync(row => row.Id == auditId, cancellationToken) is not { } audit)
        {
            return Missing(auditId);
        }

        if (audit.State == SeriesState.Running)
        {
            return new WrongState("This bias audit still runs; stop it first.");
        }

        database.BiasAudits.Remove(audit);
        await log.AddAsync(database, actor, "bias.delete", audit, null, cancellationToken);
        await database.SaveChangesAsync(cancellationToken);
        return Result.Done;
    }

    private static NotFound Missing(Guid auditId) => new($"There is no bias audit with the id {auditId}.");

    private static IQueryable<BiasAuditView> Views(AppDbContext database, IQueryable<BiasAudit> audits) => audits.Select(audit => new BiasAuditView(
        audit.Id, audit.Name, audit.State, audit.Pictures, database.BiasReadings.Count(reading => reading.AuditId == audit.Id), audit.Note, audit.CreatedAt, audit.EndedAt));
}
