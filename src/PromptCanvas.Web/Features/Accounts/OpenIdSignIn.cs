using System.Security.Claims;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Signs in people whom the provider authenticated. An account is found by the provider's subject id; the first time, by a verified mail address.</summary>
internal sealed class OpenIdSignIn(
    SignInManager<Person> signIn, Data.Identity.Accounts accounts, OpenIdClaims claims, PasswordSignIn arrivals, IOptions<OpenIdOptions> options)
{
    /// <returns>Whether the person was signed in.</returns>
    public async Task<bool> TryAsync(CancellationToken cancellationToken)
    {
        if (await signIn.GetExternalLoginInfoAsync() is not { } login || await FindOrMakeAsync(login) is not { } person)
        {
            return false;
        }

        await claims.ApplyAsync(person, login.Principal, cancellationToken);

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
}
