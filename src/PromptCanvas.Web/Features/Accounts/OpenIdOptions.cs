using System.ComponentModel.DataAnnotations;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Section <c>Authentication:OpenIdConnect</c>: a provider that people may sign in with. Without an authority there is none.</summary>
internal sealed record OpenIdOptions : IValidatableObject
{
    public const string Section = "Authentication:OpenIdConnect";

    /// <summary>The provider's address, below which <c>.well-known/openid-configuration</c> lies.</summary>
    /// <value>None: people sign in with passwords and passkeys only.</value>
    public string? Authority { get; init; }

    public string? ClientId { get; init; }

    public string? ClientSecret { get; init; }

    /// <summary>A file with the secret, for mounted secrets.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>What the button calls the provider.</summary>
    /// <value>single sign-on</value>
    public string DisplayName { get; init; } = "single sign-on";

    /// <summary>What is asked for, with spaces between; <c>openid</c> is always asked for.</summary>
    /// <value>profile email</value>
    public string Scopes { get; init; } = "profile email";

    /// <summary>Whether somebody the studio does not know gets an account by signing in.</summary>
    /// <value>true</value>
    public bool CreatePeople { get; init; } = true;

    /// <summary>The claim with the person's role; whoever has none keeps the role they have.</summary>
    /// <value>None: administrators give roles in the studio.</value>
    public string? RoleClaim { get; init; }

    /// <summary>Values of the claim → roles of the studio, where they differ; the highest of several counts.</summary>
    public Dictionary<string, string> Roles { get; init; } = [];

    /// <summary>The claim with the person's credits a period.</summary>
    /// <value>None: administrators give credits in the studio.</value>
    public string? CreditsClaim { get; init; }

    public bool IsOn => !string.IsNullOrWhiteSpace(Authority);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && !(Uri.TryCreate(Authority, UriKind.Absolute, out var authority) && (authority.Scheme is "https" || authority.IsLoopback)))
        {
            yield return new ValidationResult($"{Section}:Authority is not an https address; without TLS anybody on the way could say who people are.");
        }

        if (IsOn && string.IsNullOrWhiteSpace(ClientId))
        {
            yield return new ValidationResult($"{Section}:ClientId is missing; the provider gives it when the studio is registered there.");
        }

        foreach (var role in Roles.Values.Where(role => !PersonRoles.All.Contains(role)))
        {
            yield return new ValidationResult($"{Section}:Roles names {role}, and the studio's roles are {string.Join(", ", PersonRoles.All)}.");
        }
    }

    /// <summary>The role that claims give; null when they give none.</summary>
    public string? RoleOf(IEnumerable<string> claims)
    {
        var given = claims.Select(claim => Roles.GetValueOrDefault(claim, claim)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return PersonRoles.All.FirstOrDefault(given.Contains);
    }
}
