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
internal sealed class BiasAudits(IDbContextFactory<AppDbContext> databases, BiasOrders orders, SeriesActs acts, BiasReports reports) : IBiasAudits
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
            CreatedAt = acts.Now,
        };
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await acts.StartAsync(database, actor, audit, ("bias.start", $"{whole.Pictures} pictures, {whole.Model}"), cancellationToken);
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

        var report = await reports.OfAsync(database, row, plan, cancellationToken);
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

        await acts.CancelAsync(database, actor, audit, "bias.cancel", "The bias audit was stopped.", cancellationToken);
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

        await acts.DeleteAsync(database, actor, audit, "bias.delete", cancellationToken);
        return Result.Done;
    }

    private static NotFound Missing(Guid auditId) => new($"There is no bias audit with the id {auditId}.");

    private static IQueryable<BiasAuditView> Views(AppDbContext database, IQueryable<BiasAudit> audits) => audits.Select(audit => new BiasAuditView(
        audit.Id, audit.Name, audit.State, audit.Pictures, database.BiasReadings.Count(reading => reading.AuditId == audit.Id), audit.Note, audit.CreatedAt, audit.EndedAt));
}
