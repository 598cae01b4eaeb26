using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Bias;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Series;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Generation.Bias;

/// <summary>Moves audits on.</summary>
internal sealed class BiasRunner(
    IDbContextFactory<AppDbContext> databases, IEngineProvider engines, BiasPictures pictures, BiasCalibration calibration, SeriesLeases leases)
    : SeriesRunner<BiasAudit>(databases, leases)
{
    private readonly Dictionary<Guid, Held> held = [];

    protected override string OwnerGone => "Its owner is no longer an administrator of this studio.";

    protected override bool MayOwn(Actor person) => person.IsAdministrator;

    protected override async Task<SeriesStep> MoveOnAsync(BiasAudit series, Actor owner, CancellationToken cancellationToken)
    {
        if (JobJson.Read<BiasPlan>(series.Plan) is not { } plan)
        {
            return SeriesStep.Unreadable;
        }

        if (!Open(series, plan).TryGet(out var measuring, out var closed))
        {
            return SeriesStep.Failed(closed);
        }

        if (series.Calibration is null && (plan.RenderedExamples || plan.Examples.Count > 0))
        {
            var tables = await calibration.RunAsync(plan, owner.PersonId, measuring, cancellationToken);
            await using var database = await Databases.CreateDbContextAsync(cancellationToken);
            await database.BiasAudits.Where(row => row.Id == series.Id).ExecuteUpdateAsync(change => change.SetProperty(row => row.Calibration, tables), cancellationToken);
        }

        var step = await pictures.MoveOnAsync(series, plan, owner, measuring, cancellationToken);
        if (step.IsComplete)
        {
            held.Remove(series.Id);
        }

        return step;
    }

    private Result<BiasMeasuring> Open(BiasAudit audit, BiasPlan plan)
    {
        var model = plan.Model ?? engines.DefaultModel;
        try
        {
            var engine = engines.Get(model);
            if (held.TryGetValue(audit.Id, out var known) && ReferenceEquals(known.Engine, engine))
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
            held[audit.Id] = new Held(engine, measuring);
            return measuring;
        }
        catch (ModelException)
        {
            return ModelUnavailable.Of(model);
        }
    }

    /// <summary>The captions of an audit, embedded by an engine; another engine instance = the model's files were replaced.</summary>
    private sealed record Held(IImageEngine Engine, BiasMeasuring Measuring);
}
