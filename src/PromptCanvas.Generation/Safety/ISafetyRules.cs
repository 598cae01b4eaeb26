using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Safety;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Safety;

/// <summary>The administrators' content rules.</summary>
public interface ISafetyRules
{
    /// <summary>Oldest first.</summary>
    Task<IReadOnlyList<SafetyRule>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Adds a rule. It applies to new requests at once, and to queued or running jobs from their next run.</summary>
    Task<Result> AddAsync(AuditActor actor, NewSafetyRule rule, CancellationToken cancellationToken);

    Task RemoveAsync(AuditActor actor, Guid ruleId, CancellationToken cancellationToken);

    /// <summary>The rule that would refuse a prompt; null if none does.</summary>
    Task<SafetyRule?> TryPromptAsync(string prompt, CancellationToken cancellationToken);

    /// <summary>The default model's pictures closest to a description, among those the actor may see.</summary>
    /// <param name="take">Maximum number, 1 … 200.</param>
    Task<IReadOnlyList<JudgedPicture>> PreviewAsync(Actor actor, string description, int take, CancellationToken cancellationToken);
}

/// <summary>A rule as an administrator enters it.</summary>
/// <param name="Kind">One of <see cref="SafetyRuleKinds"/>.</param>
/// <param name="Threshold">For pictures only, 0 … 1.</param>
public sealed record NewSafetyRule(string Kind, string Text, string Reason, double? Threshold);

/// <summary>A picture and its similarity to a description.</summary>
/// <param name="Closeness">Cosine of the description's CLIP embedding and the picture's image embedding, −1 … 1.</param>
public sealed record JudgedPicture(PictureView Picture, double Closeness);
