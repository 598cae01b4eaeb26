using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Safety;

namespace PromptCanvas.Generation.Safety;

/// <summary>Reads the administrators' current rules from the database, so that changes by other processes apply at once.</summary>
internal sealed class SafetyRuleService(IDbContextFactory<AppDbContext> databases)
{
    private volatile IReadOnlyList<PromptRule> compiled = [];

    public async Task<IReadOnlyList<SafetyRule>> ReadAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.SafetyRules.AsNoTracking().OrderBy(rule => rule.CreatedAt).ThenBy(rule => rule.Id).ToListAsync(cancellationToken);
    }

    /// <summary>The compiled prompt rules among <paramref name="rules"/>. Rules are immutable, so compiled rules are cached by id.</summary>
    public IReadOnlyList<PromptRule> OfPrompts(IReadOnlyList<SafetyRule> rules)
    {
        var asked = rules.Where(rule => SafetyRuleKinds.OfPrompts.Contains(rule.Kind)).ToList();
        var known = compiled;
        if (!known.Select(rule => rule.Rule.Id).SequenceEqual(asked.Select(rule => rule.Id)))
        {
            compiled = known = [.. asked.Select(rule => known.FirstOrDefault(old => old.Rule.Id == rule.Id) ?? PromptRule.Of(rule))];
        }

        return known;
    }

    public static IReadOnlyList<SafetyRule> OfPictures(IReadOnlyList<SafetyRule> rules) => [.. rules.Where(rule => rule.Kind == SafetyRuleKinds.Picture)];

    /// <summary>Counts a refusal of the rule.</summary>
    public async Task HitAsync(Guid ruleId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.SafetyRules.Where(rule => rule.Id == ruleId)
            .ExecuteUpdateAsync(change => change.SetProperty(rule => rule.Hits, rule => rule.Hits + 1), cancellationToken);
    }
}
