using System.Globalization;
using System.Security.Claims;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Applies the provider's role and credits to an account at each sign-in, where the settings name the claims.</summary>
internal sealed class OpenIdClaims(PeopleDirectory directory, PersonChanges changes, ICredits credits, AuditLog audit, IOptions<OpenIdOptions> options)
{
    private static readonly AuditActor Provider = new(null, "OpenID Connect", null);

    public async Task ApplyAsync(Person person, ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        if (options.Value.RoleClaim is { Length: > 0 } roleClaim && options.Value.RoleOf(principal.FindAll(roleClaim).Select(claim => claim.Value)) is { } role
            && role != person.Role && !await directory.IsLastAdministratorAsync(person, cancellationToken))
        {
            var before = person.Role;
            person.Role = role;
            await changes.SaveAsync(Provider, person, "people.role", $"{before} → {role}", cancellationToken);
        }

        if (options.Value.CreditsClaim is { Length: > 0 } creditsClaim
            && int.TryParse(principal.FindFirstValue(creditsClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var allowance)
            && await credits.LimitsOfAsync(person.Id, cancellationToken) is var limits && limits.Allowance != allowance
            && (await credits.SetLimitsAsync(person.Id, limits with { Allowance = allowance }, cancellationToken)).TryGet(out _, out _))
        {
            await audit.WriteAsync(Provider, "credits.limits", person.Email, $"allowance {allowance}", cancellationToken);
        }
    }
}
