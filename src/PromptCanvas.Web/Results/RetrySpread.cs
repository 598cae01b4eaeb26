using System.Globalization;
using System.Security.Claims;

namespace PromptCanvas.Web.Results;

/// <summary>Spreads the retries of one caller's refused requests over time: with the same time for all of them, they would be refused together
/// again.</summary>
internal sealed class RetrySpread(TimeProvider clock)
{
    private const int MostCallers = 1000;

    // Most clients do not wait longer than a minute or two.
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan Step = TimeSpan.FromSeconds(1);

    private readonly Lock gate = new();
    private readonly Dictionary<string, DateTimeOffset> last = [];

    /// <summary>Sets the Retry-After header.</summary>
    /// <param name="reason">Why the request is refused; requests that are refused for other reasons do not wait for each other.</param>
    /// <param name="wait">Until the first of them can succeed.</param>
    public void Write(HttpContext context, string reason, TimeSpan wait) =>
        context.Response.Headers.RetryAfter = SecondsFor($"{reason} {CallerOf(context)}", wait).ToString(CultureInfo.InvariantCulture);

    private static string CallerOf(HttpContext context) =>
        context.User.FindFirstValue(ClaimTypes.NameIdentifier) ?? $"address {context.Connection.RemoteIpAddress}";

    private long SecondsFor(string caller, TimeSpan wait)
    {
        var now = clock.GetUtcNow();
        var first = now + (wait < Step ? Step : wait);
        lock (gate)
        {
            Forget(now);
            var at = last.TryGetValue(caller, out var before) && before + Step > first && before + Step <= first + Window ? before + Step : first;
            last[caller] = at;
            return (long)Math.Ceiling((at - now).TotalSeconds);
        }
    }

    private void Forget(DateTimeOffset now)
    {
        if (last.Count < MostCallers)
        {
            return;
        }

        foreach (var (caller, _) in last.Where(entry => entry.Value < now).ToList())
        {
            last.Remove(caller);
        }
    }
}
