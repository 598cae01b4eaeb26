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
internal sealed class PasswordSignIn(SignInManager<Person> signIn, TimeProvider clock)
{
    private const int MostDoublings = 8;

    // The hash that passwords for unknown accounts are compared with, so that the response takes the same time.
    private static readonly Lock HashingDummy = new();
    private static string? dummyHash;

    public async Task<SignInAnswer> TryAsync(string email, string password, bool remember)
    {
        var people = signIn.UserManager;
        var person = await people.FindByEmailAsync(email.Trim());
        if (person?.PasswordHash is null)
        {
            CompareWithDummy(password);
            return SignInAnswer.No;
        }

        var wasLocked = await people.IsLockedOutAsync(person);
        var result = await signIn.PasswordSignInAsync(person, password, remember, lockoutOnFailure: true);
        if (wasLocked || result.IsNotAllowed)
        {
            // Identity skipped the password check.
            CompareWithDummy(password);
            return SignInAnswer.No;
        }

        if (result.IsLockedOut)
        {
            await LockLongerAsync(person);
        }

        if (result.Succeeded)
        {
            await SucceedAsync(person);
        }

        return result.Succeeded ? SignInAnswer.Yes : result.RequiresTwoFactor ? SignInAnswer.SecondFactor : SignInAnswer.No;
    }

    /// <summary>A passkey already is two factors (possession and PIN or biometrics), so no second factor is asked for.</summary>
    public async Task<bool> TryPasskeyAsync(string? credential)
    {
        if (string.IsNullOrEmpty(credential))
        {
            return false;
        }

        var shown = await signIn.PerformPasskeyAssertionAsync(credential);
        if (!shown.Succeeded || !await signIn.CanSignInAsync(shown.User))
        {
            return false;
        }

        await signIn.UserManager.AddOrUpdatePasskeyAsync(shown.User, shown.Passkey);
        await signIn.SignInAsync(shown.User, isPersistent: false);
        await SucceedAsync(shown.User);
        return true;
    }

    /// <summary>Records a successful sign-in.</summary>
    public async Task SucceedAsync(Person person)
    {
        person.LastSignInAt = clock.GetUtcNow();
        person.LockoutCount = 0;
        await signIn.UserManager.UpdateAsync(person);
    }

    // Lockout of 5, 10, 20 … minutes.
    private async Task LockLongerAsync(Person person)
    {
        var first = signIn.UserManager.Options.Lockout.DefaultLockoutTimeSpan;
        person.LockoutEnd = clock.GetUtcNow() + (first * Math.Pow(2, Math.Min(person.LockoutCount, MostDoublings)));
        person.LockoutCount++;
        await signIn.UserManager.UpdateAsync(person);
    }

    private void CompareWithDummy(string password)
    {
        var hasher = signIn.UserManager.PasswordHasher;
        var nobody = new Person { DisplayName = "", Role = PersonRoles.Viewer, CreatedAt = default };
        lock (HashingDummy)
        {
            dummyHash ??= hasher.HashPassword(nobody, SecretToken.Create());
        }

        _ = hasher.VerifyHashedPassword(nobody, dummyHash, password);
    }
}
