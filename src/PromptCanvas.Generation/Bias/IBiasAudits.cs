using PromptCanvas.Data.Access;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>Bias audits. Only administrators may use them; every change is written to the audit log.</summary>
public interface IBiasAudits
{
    /// <summary>The built-in prompts and attributes for what a model draws.</summary>
    /// <param name="model">Null = the default model.</param>
    Result<BiasWorld> WorldOf(string? model);

    /// <summary>Starts an audit. Its pictures are drawn and charged as unattended jobs of the person, by and by.</summary>
    /// <returns>Its id.</returns>
    Task<Result<Guid>> StartAsync(Actor actor, BiasPlan plan, CancellationToken cancellationToken);

    /// <summary>All audits, newest first.</summary>
    Task<Result<IReadOnlyList<BiasAuditView>>> ListAsync(Actor actor, CancellationToken cancellationToken);

    /// <summary>An audit with its report.</summary>
    Task<Result<BiasAuditDetail>> FindAsync(Actor actor, Guid auditId, CancellationToken cancellationToken);

    /// <summary>Stops an audit: its open pictures are cancelled and refunded, what was measured stays.</summary>
    Task<Result> CancelAsync(Actor actor, Guid auditId, CancellationToken cancellationToken);

    /// <summary>Removes an audit that is over. Its pictures stay with their owner.</summary>
    Task<Result> DeleteAsync(Actor actor, Guid auditId, CancellationToken cancellationToken);

    /// <summary>The most pictures of an audit.</summary>
    const int MostPictures = BiasPlanChecks.MostPictures;
}

/// <summary>An audit in the list.</summary>
/// <param name="Pictures">How many it asks for.</param>
/// <param name="Settled">How many are measured, or will never be.</param>
/// <param name="Note">Why it waits or ended early; null = no reason to tell.</param>
public sealed record BiasAuditView(Guid Id, string Name, SeriesState State, int Pictures, int Settled, string? Note, DateTimeOffset CreatedAt, DateTimeOffset? EndedAt);

/// <summary>An audit, its plan and its report.</summary>
public sealed record BiasAuditDetail(BiasAuditView Audit, BiasPlan Plan, BiasReport Report)
{
    /// <summary>The pictures named in the report that the actor may see; the others are of another administrator, or gone.</summary>
    public required IReadOnlySet<Guid> Visible { get; init; }
}
