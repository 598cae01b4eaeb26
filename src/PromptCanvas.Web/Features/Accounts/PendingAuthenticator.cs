using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>The key of an authenticator app that is being set up. It is kept apart from the key in force, so that beginning changes nothing about the
/// account and ends no session; a right code puts it in force.</summary>
internal sealed class PendingAuthenticator(UserManager<Person> people, AuthenticatorCodes codes)
{
    // Where Identity stores the authenticator key.
    private const string Provider = "[AspNetUserStore]";
    private const string KeyName = "AuthenticatorKey";
    private const string PendingName = "PendingAuthenticatorKey";

    public Task<string?> FindAsync(Person person) => people.GetAuthenticationTokenAsync(person, Provider, PendingName);

    public Task BeginAsync(Person person) => people.SetAuthenticationTokenAsync(person, Provider, PendingName, people.GenerateNewAuthenticatorKey());

    /// <summary>Puts the pending key in force and turns the second factor on if the code is right.</summary>
    public async Task<bool> ConfirmAsync(Person person, string code, CancellationToken cancellationToken)
    {
        if (await FindAsync(person) is not { } key || !await codes.UseAsync(person.Id, key, code, cancellationToken))
        {
            return false;
        }

        await people.SetAuthenticationTokenAsync(person, Provider, KeyName, key);
        await people.RemoveAuthenticationTokenAsync(person, Provider, PendingName);
        await people.SetTwoFactorEnabledAsync(person, true);
        return true;
    }

    /// <summary>Turns the second factor off and forgets its key.</summary>
    public async Task RemoveAsync(Person person)
    {
        await people.SetTwoFactorEnabledAsync(person, false);
        await people.RemoveAuthenticationTokenAsync(person, Provider, KeyName);
    }
}
