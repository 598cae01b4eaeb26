using System.Globalization;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

namespace PromptCanvas.Web.Security;

/// <summary>The time of a session's last proof of identity. New sign-in methods and new keys need a recent proof, so that a session left open
/// or stolen does not give lasting access.</summary>
internal sealed class SessionProof(TimeProvider clock)
{
    private const string Item = "proof";
    private static readonly TimeSpan Recent = TimeSpan.FromMinutes(15);

    /// <summary>The page that asks for a proof and returns.</summary>
    /// <param name="returnUrl">A path on this site.</param>
    public static string AskAddress(string returnUrl) => $"account/confirm?returnUrl={Uri.EscapeDataString(returnUrl)}";

    public async Task<bool> IsRecentAsync(HttpContext context)
    {
        var session = await context.AuthenticateAsync(IdentityConstants.ApplicationScheme);
        return session.Properties?.Items.TryGetValue(Item, out var text) is true
            && DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.RoundtripKind, out var at)
            && clock.GetUtcNow() - at < Recent;
    }

    /// <summary>Records a new session: signing in is a proof. A reissued session keeps the time of its last proof.</summary>
    public void Begin(AuthenticationProperties session) => session.Items.TryAdd(Item, Now());

    /// <summary>Records a proof in the current session; it is kept when the session cookie is reissued within this request.</summary>
    public async Task MarkAsync(HttpContext context)
    {
        if ((await context.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Properties is { } session)
        {
            session.Items[Item] = Now();
        }
    }

    /// <summary>Records a proof and reissues the session cookie.</summary>
    public async Task RenewAsync(HttpContext context)
    {
        await MarkAsync(context);
        if (await context.AuthenticateAsync(IdentityConstants.ApplicationScheme) is { Succeeded: true } session)
        {
            await context.SignInAsync(IdentityConstants.ApplicationScheme, session.Principal, session.Properties);
        }
    }

    private string Now() => clock.GetUtcNow().ToString("O", CultureInfo.InvariantCulture);
}
