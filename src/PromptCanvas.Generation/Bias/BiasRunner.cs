using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Bias;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Bias;

/// <summary>Moves audits on, a few pictures at a time. All that is done is in the database: after a crash, any worker goes on.</summary>
internal sealed class BiasRunner(
    IDbContextFactory<AppDbContext> databases, IEngineProvider engines, BiasPictures pictures, BiasCalibration calibration, TimeProvider clock)
{
    // Longer than a step takes, so that two workers do not do the same work; a crash delays the audit by it.
    private static readonly TimeSpan Lease = TimeSpan.FromMinutes(2);

    private Held? held;

    /// <summary>Moves each running audit on by one step.</summary>
    public async Task StepAsync(CancellationToken cancellationToken)
    {
        List<Guid> running;
        await using (var database = await databases.CreateDbContextAsync(cancellationToken))
        {
            running = await database.BiasAudits.Where(audit => audit.State == BiasAuditState.Running).OrderBy(audit => audit.CreatedAt).Select(audit => audit.Id).ToListAsync(cancellationToken);
        }

        foreach (var id in running)
        {
            await StepAsync(id, cancellationToken);
        }
    }

    private async Task StepAsync(Guid id, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var until = now + Lease;
        var leased = await database.BiasAudits
            .Where(audit => audit.Id == id && audit.State == BiasAuditState.Running && (audit.LeaseUntil == null || audit.LeaseUntil <= now))
            .ExecuteUpdateAsync(change => change.SetProperty(audit => audit.LeaseUntil, until), cancellationToken);
        if (leased == 0)
        {
            return;
        }

        try
        {
            await MoveOnAsync(database, id, cancellationToken);
        }
        finally
        {
            await database.BiasAudits.Where(audit => audit.Id == id && audit.LeaseUntil == until)
                .ExecuteUpdateAsync(change => change.SetProperty(audit => audit.LeaseUntil, (DateTimeOffset?)null), CancellationToken.None);
        }
    }

    private async Task MoveOnAsync(AppDbContext database, Guid id, CancellationToken cancellationToken)
    {
        var audit = await database.BiasAudits.AsNoTracking().SingleAsync(row => row.Id == id, cancellationToken);
        if (JobJson.Read<BiasPlan>(audit.Plan) is not { } plan)
        {
            await EndAsync(database, id, BiasAuditState.Failed, "It was written by another version of the studio and cannot be read.", cancellationToken);
            return;
        }

        if (await OwnerAsync(database, audit, cancellationToken) is not { } owner)
        {
            await EndAsync(database, id, BiasAuditState.Failed, "Its owner is no longer an administrator of this studio.", cancellationToken);
            return;
        }

        if (!Open(audit, plan).TryGet(out var measuring, out var closed))
        {
            await EndAsync(database, id, BiasAuditState.Failed, closed.Message, cancellationToken);
            return;
        }

        if (audit.Calibration is null && (plan.RenderedExamples || plan.Examples.Count > 0))
        {
            var tables = await calibration.RunAsync(plan, owner.PersonId, measuring, cancellationToken);
            await database.BiasAudits.Where(row => row.Id == id).ExecuteUpdateAsync(change => change.SetProperty(row => row.Calibration, tables), cancellationToken);
        }

        await SettleAsync(database, await pictures.MoveOnAsync(audit, plan, owner, measuring, cancellationToken), audit, cancellationToken);
    }

    private static async Task<Actor?> OwnerAsync(AppDbContext database, BiasAudit audit, CancellationToken cancellationToken)
    {
        var role = await database.People.Where(person => person.Id == audit.PersonId && person.SuspendedAt == null).Select(person => person.Role).SingleOrDefaultAsync(cancellationToken);
        return role == PersonRoles.Administrator ? new Actor(audit.PersonId!.Value, role) : null;
    }

    private Result<BiasMeasuring> Open(BiasAudit audit, BiasPlan plan)
    {
        var model = plan.Model ?? engines.DefaultModel;
        try
        {
            var engine = engines.Get(model);
            if (held is { } known && known.Audit == audit.Id && ReferenceEquals(known.Engine, engine))
            {
                return known.Measuring;
            }

            if (engines.EmbedderOf(engine) is not { } embedder)
            {
                return new Unavailable($"The model \"{model}\" has no CLIP that embeds texts and pictures.");
            }

            var captions = from attribute in plan.Attributes from value in attribute.Values from prompt in plan.Prompts from caption in value.CaptionsFor(prompt) select caption;
            if (embedder.ValidateEmbedding([.. captions.Distinct().Select(caption => new TextInput(caption))]) is { } unreadable)
            {
                return new InvalidInput("attributes", unreadable);
            }

            var measuring = new BiasMeasuring(embedder, plan);
            held = new Held(audit.Id, engine, measuring);
            return measuring;
        }
        catch (ModelException)
        {
            return ModelUnavailable.Of(model);
        }
    }

    private async Task SettleAsync(AppDbContext database, BiasStep step, BiasAudit audit, CancellationToken cancellationToken)
    {
        if (step.Refusal is { } refusal && !step.Waits)
        {
            await EndAsync(database, audit.Id, BiasAuditState.Failed, refusal.Message, cancellationToken);
        }
        else if (step.IsComplete)
        {
            await EndAsync(database, audit.Id, BiasAuditState.Done, null, cancellationToken);
        }
        else if (NoteOf(step.Refusal?.Message) is var note && note != audit.Note)
        {
            await database.BiasAudits.Where(row => row.Id == audit.Id).ExecuteUpdateAsync(change => change.SetProperty(row => row.Note, note), cancellationToken);
        }
    }

    private static string? NoteOf(string? message) => message is null ? null : TextRules.Cut(message, BiasAudit.LongestNote);

    private async Task EndAsync(AppDbContext database, Guid id, BiasAuditState state, string? message, CancellationToken cancellationToken)
    {
        var (now, note) = (clock.GetUtcNow(), NoteOf(message));
        await database.BiasAudits.Where(audit => audit.Id == id && audit.State == BiasAuditState.Running).ExecuteUpdateAsync(
            change => change.SetProperty(audit => audit.State, state).SetProperty(audit => audit.EndedAt, (DateTimeOffset?)now).SetProperty(audit => audit.Note, note), cancellationToken);
    }

    /// <summary>The captions of the audit at work, embedded by an engine; another engine instance = the model's files were replaced.</summary>
    private sealed record Held(Guid Audit, IImageEngine Engine, BiasMeasuring Measuring);
}
