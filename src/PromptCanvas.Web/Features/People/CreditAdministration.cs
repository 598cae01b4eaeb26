using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.People;

/// <summary>An administrator's actions on credits. Every action is audited and applies from the person's next request.</summary>
internal sealed class CreditAdministration(ICredits credits, AuditLog audit)
{
    /// <returns>Why it was refused; null on success.</returns>
    public async Task<Refusal?> TopUpAsync(AuditActor actor, Person person, int amount, string reason, CancellationToken cancellationToken)
    {
        if (!(await credits.TopUpAsync(person.Id, person.Role, amount, reason, actor.PersonId, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        await audit.WriteAsync(actor, "credits.top-up", person.Email, $"{amount}: {reason}", cancellationToken);
        return null;
    }

    /// <returns>Why it was refused; null on success.</returns>
    public async Task<Refusal?> SetLimitsAsync(AuditActor actor, Person person, PersonLimits limits, CancellationToken cancellationToken)
    {
        if (!(await credits.SetLimitsAsync(person.Id, limits, cancellationToken)).TryGet(out var set, out var refusal))
        {
            return refusal;
        }

        await audit.WriteAsync(
            actor,
            "credits.limits",
            person.Email,
            $"allowance {Text(set.Allowance)}, weight {set.Weight:0.##}, waiting {Text(set.MaximumQueued)}, running {Text(set.MaximumRunning)}",
            cancellationToken);
        return null;
    }

    /// <param name="allowance">Null = back to the installation's default.</param>
    /// <returns>Why it was refused; null on success.</returns>
    public async Task<Refusal?> SetRoleAsync(AuditActor actor, string role, int? allowance, CancellationToken cancellationToken)
    {
        if (!PersonRoles.All.Contains(role))
        {
            return new InvalidInput("role", $"There is no role {Excerpt.Of(role)}.");
        }

        if (!(await credits.SetRoleAllowanceAsync(role, allowance, cancellationToken)).TryGet(out _, out var refusal) && refusal is not null)
        {
            return refusal;
        }

        await audit.WriteAsync(actor, "credits.role", role, $"allowance {Text(allowance)}", cancellationToken);
        return null;
    }

    private static string Text(int? number) => number is { } value ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : "default";
}
