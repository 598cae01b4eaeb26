using System.ComponentModel.DataAnnotations;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Section <c>Authentication:OpenIdConnect</c>: an external identity provider. Disabled without an authority.</summary>
internal sealed record OpenIdOptions : IValidatableObject
{
    public const string Section = "Authentication:OpenIdConnect";

    /// <summary>The provider's base URL, which serves <c>.well-known/openid-configuration</c>.</summary>
    /// <value>None: people sign in with passwords and passkeys only.</value>
    public string? Authority { get; init; }

    /// <summary>This studio's client ID at the provider.</summary>
    public string? ClientId { get; init; }

    /// <summary>The client secret; ClientSecretFile names a file with it.</summary>
    [Secret]
    public string? ClientSecret { get; init; }

    /// <summary>Path of a file with the client secret, for mounted secrets.</summary>
    public string? ClientSecretFile { get; init; }

    /// <summary>The provider's name on the sign-in button.</summary>
    /// <value>single sign-on</value>
    public string DisplayName { get; init; } = "single sign-on";

    /// <summary>Requested scopes, separated by spaces; <c>openid</c> is always added.</summary>
    /// <value>profile email</value>
    public string Scopes { get; init; } = "profile email";

    /// <summary>Whether signing in creates an account for people who have none.</summary>
    /// <value>true</value>
    public bool CreatePeople { get; init; } = true;

    /// <summary>The claim with the person's role. Without the claim the role does not change.</summary>
    /// <value>None: administrators assign roles in the studio.</value>
    public string? RoleClaim { get; init; }

    /// <summary>Claim values → roles, where the names differ; with several values the highest role applies.</summary>
    public Dictionary<string, string> Roles { get; init; } = [];

    /// <summary>The claim with the person's credits per period.</summary>
    /// <value>None: administrators assign credits in the studio.</value>
    public string? CreditsClaim { get; init; }

    public bool IsOn => !string.IsNullOrWhiteSpace(Authority);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (IsOn && !(Uri.TryCreate(Authority, UriKind.Absolute, out var authority) && (authority.Scheme is "https" || authority.IsLoopback)))
        {
            yield return new ValidationResult($"{Section}:Authority is not an https address; without TLS anyone on the network could impersonate the provider.");
        }

        if (IsOn && string.IsNullOrWhiteSpace(ClientId))
        {
            yield return new ValidationResult($"{Section}:ClientId is missing; the provider issues it when the studio is registered there.");
        }

        foreach (var role in Roles.Values.Where(role => !PersonRoles.All.Contains(role)))
        {
            yield return new ValidationResult($"{Section}:Roles names the unknown role {role}; the roles are {string.Join(", ", PersonRoles.All)}.");
        }
    }

    /// <summary>The role that the claims map to; null when they map to none.</summary>
    public string? RoleOf(IEnumerable<string> claims)
    {
        var given = claims.Select(claim => Roles.GetValueOrDefault(claim, claim)).ToHashSet(StringComparer.OrdinalIgnoreCase);
        return PersonRoles.All.FirstOrDefault(given.Contains);
    }
}
