using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Safety;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Safety;

/// <summary>What administrators do not let this studio make.</summary>
public interface ISafetyRules
{
    /// <summary>The oldest first.</summary>
    Task<IReadOnlyList<SafetyRule>> ReadAsync(CancellationToken cancellationToken);

    /// <summary>Writes a rule; it counts from the next request on, and for what is being made from its next run on.</summary>
    /// <returns>Why it was not taken; null when it was.</returns>
    Task<Refusal?> AddAsync(AuditActor actor, NewSafetyRule rule, CancellationToken cancellationToken);

    Task RemoveAsync(AuditActor actor, Guid ruleId, CancellationToken cancellationToken);

    /// <summary>The rule that would refuse a prompt; null = none.</summary>
    Task<SafetyRule?> TryPromptAsync(string prompt, CancellationToken cancellationToken);

    /// <summary>The pictures of the default model that the actor may see and that are closest to a description.</summary>
    /// <param name="take">How many, 1 … 200.</param>
    Task<IReadOnlyList<JudgedPicture>> PreviewAsync(Actor actor, string description, int take, CancellationToken cancellationToken);
}

/// <summary>A rule as an administrator writes it.</summary>
/// <param name="Kind">One of <see cref="SafetyRuleKinds"/>.</param>
/// <param name="Threshold">For pictures, 0 … 1.</param>
public sealed record NewSafetyRule(string Kind, string Text, string Reason, double? Threshold);

/// <summary>A picture, and how close it is to a description.</summary>
/// <param name="Closeness">Cosine between the description's CLIP embedding and the one the picture was drawn from, −1 … 1.</param>
public sealed record JudgedPicture(PictureView Picture, double Closeness);
