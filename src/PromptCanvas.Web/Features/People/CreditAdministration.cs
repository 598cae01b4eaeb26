using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Web.Features.People;

/// <summary>An administrator's actions on credits. Every action is audited and applies from the person's next request.</summary>
internal sealed class CreditAdministration(ICredits credits, CreditRequests requests, AuditLog audit)
{
    /// <summary>Adds credits, of which the person is notified.</summary>
    public async Task<Result> TopUpAsync(AuditActor actor, Person person, int amount, string reason, CancellationToken cancellationToken)
    {
        if (!(await credits.TopUpAsync(person.Id, person.Role, amount, reason, actor.PersonId, cancellationToken)).TryGet(out _, out var refusal))
        {
            return refusal;
        }

        await audit.WriteAsync(actor, "credits.top-up", person.Email, $"{amount}: {reason}", cancellationToken);
        await requests.TellAsync(person.Id, actor, amount, reason.Trim(), cancellationToken);
        return Result.Done;
    }

    public async Task<Result> SetLimitsAsync(AuditActor actor, Person person, PersonLimits limits, CancellationToken cancellationToken)
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
        return Result.Done;
    }

    /// <param name="allowance">Null = back to the installation's default.</param>
    public async Task<Result> SetRoleAsync(AuditActor actor, string role, int? allowance, CancellationToken cancellationToken)
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
        return Result.Done;
    }

    private static string Text(int? number) => number is { } value ? value.ToString(System.Globalization.CultureInfo.InvariantCulture) : "default";
}
