using Microsoft.AspNetCore.Identity;

namespace PromptCanvas.Data.People;

/// <summary>Passwords must be long and not guessable; there are no composition rules. Identity's own option sets the minimum length.</summary>
internal sealed class PasswordRules : IPasswordValidator<Person>
{
    // Bounds the cost of hashing; longer than anyone types.
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
            return "This password is among the first that attackers try. Use a few unrelated words.";
        }

        var name = person.Email?.Split('@')[0] ?? "";
        return name.Length > 3 && password.Replace(name, "", StringComparison.OrdinalIgnoreCase).Length < password.Length / 2
            ? "This password is mostly your e-mail address. Use a few unrelated words."
            : null;
    }
}
