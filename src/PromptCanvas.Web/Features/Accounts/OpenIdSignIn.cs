using System.Globalization;
using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Signs in people whom the provider authenticated. An account is found by the provider's subject id; the first time, by a verified mail address.</summary>
internal sealed class OpenIdSignIn(
    SignInManager<Person> signIn, Data.Identity.Accounts accounts, IDbContextFactory<AppDbContext> databases, ICredits credits, AuditLog audit, Sessions sessions,
    PasswordSignIn arrivals, IOptions<OpenIdOptions> options)
{
    private static readonly AuditActor Provider = new(null, "OpenID Connect", null);

    /// <returns>Whether the person was signed in.</returns>
    public async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        if (await signIn.GetExternalLoginInfoAsync() is not { } login || await FindOrMakeAsync(login) is not { } person)
        {
            return false;
        }

        await TakeOverAsync(person, login.Principal, cancellationToken);

        // The provider is responsible for second factors.
        var result = await signIn.ExternalLoginSignInAsync(login.LoginProvider, login.ProviderKey, isPersistent: false, bypassTwoFactor: true);
        if (result.Succeeded)
        {
            await arrivals.SucceedAsync(person);
        }

        return result.Succeeded;
    }

    private async Task<Person?> FindOrMakeAsync(ExternalLoginInfo login)
    {
        var people = signIn.UserManager;
        if (await people.FindByLoginAsync(login.LoginProvider, login.ProviderKey) is { } known)
        {
            return known;
        }

        // Only verified addresses: otherwise anyone could take over an account by entering its address in their provider profile.
        if (login.Principal.FindFirstValue("email") is not { } email || !bool.TryParse(login.Principal.FindFirstValue("email_verified"), out var verified) || !verified)
        {
            return null;
        }

        var person = await people.FindByEmailAsync(email);
        if (person is null && options.Value.CreatePeople)
        {
            (await accounts.CreateFromProviderAsync(email, login.Principal.FindFirstValue("name"), PersonRoles.Member)).TryGet(out person, out _);
        }

        return person is not null && (await people.AddLoginAsync(person, login)).Succeeded ? person : null;
    }

    private async Task TakeOverAsync(Person person, ClaimsPrincipal principal, CancellationToken cancellationToken)
    {
        if (options.Value.RoleClaim is { Length: > 0 } roleClaim && options.Value.RoleOf(principal.FindAll(roleClaim).Select(claim => claim.Value)) is { } role
            && role != person.Role && !await IsLastAdministratorAsync(person, cancellationToken))
        {
            var before = person.Role;
            person.Role = role;
            await signIn.UserManager.UpdateAsync(person);
            sessions.Refresh(person.Id);
            await audit.WriteAsync(Provider, "people.role", person.Email, $"{before} → {role}", cancellationToken);
        }

        if (options.Value.CreditsClaim is { Length: > 0 } creditsClaim
            && int.TryParse(principal.FindFirstValue(creditsClaim), NumberStyles.None, CultureInfo.InvariantCulture, out var allowance)
            && await credits.LimitsOfAsync(person.Id, cancellationToken) is var limits && limits.Allowance != allowance
            && (await credits.SetLimitsAsync(person.Id, limits with { Allowance = allowance }, cancellationToken)).TryGet(out _, out _))
        {
            await audit.WriteAsync(Provider, "credits.limits", person.Email, $"allowance {allowance}", cancellationToken);
        }
    }

    private async Task<bool> IsLastAdministratorAsync(Person person, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return person.Role == PersonRoles.Administrator && !await database.People.AnyAsync(
            other => other.Id != person.Id && other.Role == PersonRoles.Administrator && other.SuspendedAt == null, cancellationToken);
    }
}
