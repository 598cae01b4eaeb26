namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Validates the return URL after signing in: local paths only, never another site.</summary>
internal static class LocalAddress
{
    public static string Of(string? returnUrl) =>
        returnUrl is ['/', ..] && returnUrl is not ['/', '/' or '\\', ..] && !returnUrl.Any(char.IsControl) ? returnUrl : "/";
}
