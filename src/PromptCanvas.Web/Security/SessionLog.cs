using System.Collections.Concurrent;
using System.Security.Claims;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;

namespace PromptCanvas.Web.Security;

/// <summary>Records the browsers that people sign in with, so that they can end a session from another one.</summary>
internal sealed class SessionLog(PersonSessions sessions, IOptions<IdentityOptions> options, IDatabaseFaults faults, TimeProvider clock)
{
    private const string Item = "session";
    private const int LongestDevice = 256;

    // Often enough to show which sessions are in use, rarely enough to cause no load.
    private static readonly TimeSpan Interval = TimeSpan.FromHours(1);
    private readonly ConcurrentDictionary<Guid, long> seen = new();

    /// <summary>Null for sessions from before they were recorded.</summary>
    public static Guid? IdOf(AuthenticationProperties? session) =>
        session?.Items.TryGetValue(Item, out var text) is true && Guid.TryParse(text, out var id) ? id : null;

    public static async Task<Guid?> IdOfAsync(HttpContext context) =>
        IdOf((await context.AuthenticateAsync(IdentityConstants.ApplicationScheme)).Properties);

    public async Task BeginAsync(HttpContext context, ClaimsPrincipal principal, AuthenticationProperties session)
    {
        if (principal.PersonId() is not { } personId)
        {
            return;
        }

        var device = context.Request.Headers.UserAgent.ToString();
        var stamp = principal.FindFirstValue(options.Value.ClaimsIdentity.SecurityStampClaimType) ?? "";
        try
        {
            var id = await sessions.BeginAsync(personId, IdOf(session), device.Length > LongestDevice ? device[..LongestDevice] : device, stamp, context.RequestAborted);
            session.Items[Item] = id.ToString();
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            // A full disk must not prevent signing in; the session is then missing from the list.
        }
    }

    public async Task SeenAsync(Guid? sessionId, CancellationToken cancellationToken)
    {
        if (sessionId is not { } id || (seen.TryGetValue(id, out var last) && clock.GetElapsedTime(last) < Interval))
        {
            return;
        }

        seen[id] = clock.GetTimestamp();
        try
        {
            await sessions.SeenAsync(id, cancellationToken);
        }
        catch (Exception fault) when (faults.Describe(fault) is not null)
        {
            // Recorded again in the next hour.
        }
    }
}
