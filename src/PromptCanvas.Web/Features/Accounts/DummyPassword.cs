using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>A password of no account. Comparing with it takes the same time as with a real one, so that the response does not tell whether an account exists.</summary>
internal sealed class DummyPassword
{
    private static readonly Person NoAccount = new() { DisplayName = "", Role = PersonRoles.Viewer, CreatedAt = default };

    private readonly Lock hashing = new();
    private string? hash;

    public void CompareWith(string password, IPasswordHasher<Person> hasher)
    {
        lock (hashing)
        {
            hash ??= hasher.HashPassword(NoAccount, SecretToken.Create());
        }

        _ = hasher.VerifyHashedPassword(NoAccount, hash, password);
    }
}
