using Microsoft.AspNetCore.Identity;
using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Completes a passkey ceremony with the browser's response, which may be invalid or belong to no ceremony of this browser.</summary>
internal static class PasskeyCeremonies
{
    /// <param name="signIn">Of the request.</param>
    /// <param name="credential">The browser's credential response, as JSON.</param>
    /// <returns>Null = no new passkey.</returns>
    public static async Task<PasskeyAttestationResult?> CreateAsync(SignInManager<Person> signIn, string? credential) =>
        await TryAsync(credential, signIn.PerformPasskeyAttestationAsync) is { Succeeded: true } made ? made : null;

    /// <param name="signIn">Of the request.</param>
    /// <param name="credential">The browser's credential response, as JSON.</param>
    /// <returns>Null = no passkey was shown.</returns>
    public static async Task<PasskeyAssertionResult<Person>?> ShowAsync(SignInManager<Person> signIn, string? credential) =>
        await TryAsync(credential, signIn.PerformPasskeyAssertionAsync) is { Succeeded: true } shown ? shown : null;

    private static async Task<T?> TryAsync<T>(string? credential, Func<string, Task<T>> perform)
        where T : class
    {
        if (string.IsNullOrEmpty(credential))
        {
            return null;
        }

        try
        {
            return await perform(credential);
        }
        catch (InvalidOperationException fault) when (fault.InnerException is null)
        {
            // Identity throws if this browser has begun no such ceremony. The database driver wraps its own faults in the same type.
            return null;
        }
    }
}
