using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>The second factor of an account: an authenticator app, and recovery codes for a lost phone. The key of an app that is being set up is kept
/// apart from the key in force, so that beginning changes nothing about the account and ends no session; a right code puts it in force.</summary>
internal sealed class SecondFactor(UserManager<Person> people, AuthenticatorCodes codes, GuessLimits limits, AuditLog audit)
{
    public const int RecoveryCodeCount = 10;

    // Where Identity stores the authenticator key.
    private const string Provider = "[AspNetUserStore]";
    private const string KeyName = "AuthenticatorKey";
    private const string PendingName = "PendingAuthenticatorKey";
    private const string Action = "account.second-factor";

    /// <summary>The key of the app that is being set up; null if none is.</summary>
    public Task<string?> FindPendingAsync(Person person) => people.GetAuthenticationTokenAsync(person, Provider, PendingName);

    public Task BeginAsync(Person person) => people.SetAuthenticationTokenAsync(person, Provider, PendingName, people.GenerateNewAuthenticatorKey());

    /// <summary>Puts the pending key in force and turns the second factor on if the code is right.</summary>
    public async Task<Proof> TurnOnAsync(HttpContext context, Person person, string code)
    {
        var proof = await limits.TryAsync(context, person, async () => await ConfirmAsync(person, code, context.RequestAborted) ? Proof.Yes : Proof.No);
        if (proof == Proof.Yes)
        {
            await audit.WriteAsync(context.ToActor(), Action, person.Email, "on", context.RequestAborted);
        }

        return proof;
    }

    /// <summary>Turns the second factor off and forgets its key if the password is right.</summary>
    public async Task<Proof> TurnOffAsync(HttpContext context, Person person, string password)
    {
        var proof = await limits.TryAsync(context, person, async () => await people.CheckPasswordAsync(person, password) ? Proof.Yes : Proof.No);
        if (proof == Proof.Yes)
        {
            await people.SetTwoFactorEnabledAsync(person, false);
            await people.RemoveAuthenticationTokenAsync(person, Provider, KeyName);
            await audit.WriteAsync(context.ToActor(), Action, person.Email, "off", context.RequestAborted);
        }

        return proof;
    }

    /// <summary>New recovery codes; the older ones are void.</summary>
    public async Task<IReadOnlyList<string>> MakeRecoveryCodesAsync(Person person) =>
        [.. await people.GenerateNewTwoFactorRecoveryCodesAsync(person, RecoveryCodeCount) ?? []];

    public Task<int> CountRecoveryCodesAsync(Person person) => people.CountRecoveryCodesAsync(person);

    private async Task<bool> ConfirmAsync(Person person, string code, CancellationToken cancellationToken)
    {
        if (await FindPendingAsync(person) is not { } key || !await codes.UseAsync(person.Id, key, code, cancellationToken))
        {
            return false;
        }

        await people.SetAuthenticationTokenAsync(person, Provider, KeyName, key);
        await people.RemoveAuthenticationTokenAsync(person, Provider, PendingName);
        await people.SetTwoFactorEnabledAsync(person, true);
        return true;
    }
}
