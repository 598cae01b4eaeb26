using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>A password hash without an account. Verifying against it takes as long as against a real one, so that the response time does not reveal whether an account exists.</summary>
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
