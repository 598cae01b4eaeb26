using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>What came of an attempt to sign in. "No" never says why: that an address is unknown, suspended or locked is nobody's business.</summary>
internal enum SignInAnswer
{
    Yes,
    SecondFactor,
    No,
}

/// <summary>E-mail address and password, or a passkey.</summary>
internal sealed class PasswordSignIn(SignInManager<Person> signIn, TimeProvider clock)
{
    private const int MostDoublings = 8;

    // What an unknown person's password is compared with, so that the answer takes as long.
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
            // Identity did not look at the password.
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

    /// <summary>A passkey is something one has and something one is or knows: no second question follows.</summary>
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

    /// <summary>Notes that somebody has come in.</summary>
    public async Task SucceedAsync(Person person)
    {
        person.LastSignInAt = clock.GetUtcNow();
        person.LockoutCount = 0;
        await signIn.UserManager.UpdateAsync(person);
    }

    // 5, 10, 20 … minutes.
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
