namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Where a person goes after signing in: back where they came from, and never to another site.</summary>
internal static class LocalAddress
{
    public static string Of(string? returnUrl) =>
        returnUrl is ['/', ..] && returnUrl is not ['/', '/' or '\\', ..] && !returnUrl.Any(char.IsControl) ? returnUrl : "/";
}
