using Microsoft.AspNetCore.Identity;

namespace PromptCanvas.Data.People;

/// <summary>Long and not guessable; no rules on which letters. The shortest length is an option of Identity's own.</summary>
internal sealed class PasswordRules : IPasswordValidator<Person>
{
    // Beyond this nobody types; it bounds the work of hashing.
    private const int LongestPassword = 256;

    public Task<IdentityResult> ValidateAsync(UserManager<Person> manager, Person user, string? password) =>
        Task.FromResult(Refuse(user, password ?? "") is { } reason
            ? IdentityResult.Failed(new IdentityError { Code = "Password", Description = reason })
            : IdentityResult.Success);

    private static string? Refuse(Person person, string password)
    {
        if (password.Length > LongestPassword)
        {
            return $"The password is longer than {LongestPassword} characters.";
        }

        if (CommonPasswords.Contains(password))
        {
            return "This password is one of the first that are tried. Take a few words that do not belong together.";
        }

        var name = person.Email?.Split('@')[0] ?? "";
        return name.Length > 3 && password.Replace(name, "", StringComparison.OrdinalIgnoreCase).Length < password.Length / 2
            ? "This password is mostly your e-mail address. Take a few words that do not belong together."
            : null;
    }
}
