using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Result of a sign-in attempt. "No" is the same for unknown, suspended and locked accounts, to prevent account enumeration.</summary>
internal enum SignInAnswer
{
    Yes,
    SecondFactor,
    No,
}

/// <summary>Signs in by e-mail address and password, or by passkey.</summary>
internal sealed class PasswordSignIn(SignInManager<Person> signIn, GuessLimits limits, DummyPassword dummy, TimeProvider clock)
{
    private const int CodeLength = 6;

    public async Task<SignInAnswer> TryAsync(string email, string password, bool remember)
    {
        var person = await signIn.UserManager.FindByEmailAsync(email.Trim());
        if (person?.PasswordHash is null || !await signIn.CanSignInAsync(person))
        {
            dummy.CompareWith(password, signIn.UserManager.PasswordHasher);
            return SignInAnswer.No;
        }

        var proof = await limits.TryAsync(signIn.Context, person, async () =>
            await signIn.PasswordSignInAsync(person, password, remember, lockoutOnFailure: false) switch
            {
                { Succeeded: true } => Proof.Yes,
                { RequiresTwoFactor: true } => Proof.Half,
                _ => Proof.No,
            });
        switch (proof)
        {
            case Proof.Yes:
                await SucceedAsync(person);
                return SignInAnswer.Yes;
            case Proof.Half:
                return SignInAnswer.SecondFactor;
            case Proof.Locked:
                dummy.CompareWith(password, signIn.UserManager.PasswordHasher);
                return SignInAnswer.No;
            default:
                return SignInAnswer.No;
        }
    }

    /// <summary>The second step of a sign-in.</summary>
    /// <param name="person">The person with the correct password.</param>
    /// <param name="code">A code of the authenticator app, or a recovery code.</param>
    public async Task<Proof> TryCodeAsync(Person person, string code)
    {
        var proof = await limits.TryAsync(signIn.Context, person, async () =>
        {
            var result = IsAuthenticatorCode(code)
                ? await signIn.TwoFactorAuthenticatorSignInAsync(code, isPersistent: false, rememberClient: false)
                : await signIn.TwoFactorRecoveryCodeSignInAsync(code);
            return result.Succeeded ? Proof.Yes : Proof.No;
        });
        if (proof == Proof.Yes)
        {
            await SucceedAsync(person);
        }

        return proof;
    }

    /// <summary>A passkey already is two factors (possession and PIN or biometrics), so no second factor is asked for.</summary>
    public async Task<bool> TryPasskeyAsync(string? credential)
    {
        if (await PasskeyCeremonies.ShowAsync(signIn, credential) is not { Succeeded: true } shown || !await signIn.CanSignInAsync(shown.User))
        {
            return false;
        }

        await signIn.UserManager.AddOrUpdatePasskeyAsync(shown.User, shown.Passkey);
        await signIn.SignInAsync(shown.User, isPersistent: false);
        await SucceedAsync(shown.User);
        return true;
    }

    /// <summary>Signs in a person who has just set a password.</summary>
    public async Task EnterAsync(Guid personId)
    {
        var person = await signIn.UserManager.FindByIdAsync(personId.ToString()) ?? throw new InvalidOperationException("The account was deleted meanwhile.");
        await signIn.SignInAsync(person, isPersistent: false);
        await SucceedAsync(person);
    }

    /// <summary>Records a successful sign-in.</summary>
    public async Task SucceedAsync(Person person)
    {
        person.LastSignInAt = clock.GetUtcNow();
        await signIn.UserManager.UpdateAsync(person);
        await limits.WelcomeAsync(signIn.Context, person.Id);
    }

    /// <summary>An authenticator code has six digits; a recovery code is longer.</summary>
    internal static bool IsAuthenticatorCode(string code) => code.Length == CodeLength && code.All(char.IsAsciiDigit);
}
