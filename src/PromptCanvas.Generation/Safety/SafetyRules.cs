using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.Safety;
using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Safety;

/// <inheritdoc/>
internal sealed class SafetyRules(
    IDbContextFactory<AppDbContext> databases, SafetyRuleService rules, PromptGuard guard, EmbeddingIndex embeddings, AuditLog audit) : ISafetyRules
{
    private const int LongestText = GenerationRequest.MaximumPromptLength;
    private const int LongestReason = 300;

    // Candidates for a rule's preview; pictures farther away are irrelevant to the rule.
    private const int MostLookedAt = 1000;

    public Task<IReadOnlyList<SafetyRule>> ReadAsync(CancellationToken cancellationToken) => rules.ReadAsync(cancellationToken);

    public async Task<Result> AddAsync(AuditActor actor, NewSafetyRule rule, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (Check(rule).Refusal is { } problem)
        {
            return problem;
        }

        var (text, reason) = (TextRules.Normalize(rule.Text.Trim()), TextRules.Normalize(rule.Reason.Trim()));
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var entry = audit.Entry(actor, "rule.add", rule.Kind, $"{text} ({reason})");
        database.AuditLog.Add(entry);
        database.SafetyRules.Add(new SafetyRule
        {
            Id = Guid.NewGuid(),
            Kind = rule.Kind,
            Text = text,
            Threshold = rule.Kind == SafetyRuleKinds.Picture ? rule.Threshold : null,
            Reason = reason,
            CreatedAt = entry.At,
            By = entry.Actor,
        });
        await database.SaveChangesAsync(cancellationToken);
        return Result.Done;
    }

    public async Task RemoveAsync(AuditActor actor, Guid ruleId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        if (await database.SafetyRules.SingleOrDefaultAsync(rule => rule.Id == ruleId, cancellationToken) is { } rule)
        {
            database.SafetyRules.Remove(rule);
            database.AuditLog.Add(audit.Entry(actor, "rule.remove", rule.Kind, $"{rule.Text} ({rule.Reason})"));
            await database.SaveChangesAsync(cancellationToken);
        }
    }

    public async Task<SafetyRule?> TryPromptAsync(string prompt, CancellationToken cancellationToken) =>
        guard.Refusing(await rules.ReadAsync(cancellationToken), prompt);

    public async Task<IReadOnlyList<JudgedPicture>> PreviewAsync(Actor actor, string description, int take, CancellationToken cancellationToken)
    {
        var closest = await embeddings.FindDirectionAsync(description, cancellationToken) is { } wanted ? await embeddings.ClosestAsync(wanted, MostLookedAt, cancellationToken) : [];
        var closeness = closest.ToDictionary(near => near.Id, near => near.Cosine);
        var found = new List<JudgedPicture>();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        foreach (var ids in closest.Select(near => near.Id).Chunk(take))
        {
            var views = await database.Pictures.VisibleTo(actor).Where(picture => ids.Contains(picture.Id)).ToViews().ToListAsync(cancellationToken);
            found.AddRange(views.Select(view => new JudgedPicture(view, closeness[view.Id])));
            if (found.Count >= take)
            {
                break;
            }
        }

        return [.. found.OrderByDescending(picture => picture.Closeness).Take(take)];
    }

    private static Result Check(NewSafetyRule rule)
    {
        if ((TextChecks.Check("text", rule.Text) && TextChecks.Check("reason", rule.Reason)).Refusal is { } invalid)
        {
            return invalid;
        }

        if (string.IsNullOrWhiteSpace(rule.Text) || rule.Text.Trim().Length > LongestText)
        {
            return new InvalidInput("text", $"Say what to block, in at most {LongestText} characters.");
        }

        if (string.IsNullOrWhiteSpace(rule.Reason) || rule.Reason.Trim().Length > LongestReason)
        {
            return new InvalidInput("reason", $"Give a reason of at most {LongestReason} characters; people see it when a prompt is blocked.");
        }

        if (rule.Kind == SafetyRuleKinds.Picture)
        {
            return rule.Threshold is > 0 and < 1 ? Result.Done : new InvalidInput("threshold", "The threshold must be between 0 and 1; the preview shows what each value would block.");
        }

        return !SafetyRuleKinds.OfPrompts.Contains(rule.Kind)
            ? new InvalidInput("kind", "The kind of a rule must be words, pattern or picture.")
            : PromptRule.Check(rule.Kind, rule.Text.Trim());
    }
}
