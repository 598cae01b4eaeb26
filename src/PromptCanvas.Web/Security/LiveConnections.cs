using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Security.Claims;

using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Identity;

using PromptCanvas.Data.Identity;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Web.Security;

/// <summary>Tracks long-lived connections of pages, hubs and waiting API clients. They are authorized when they open; this aborts them when the authorization ends.</summary>
internal sealed class LiveConnections(PersonStates states, ApiKeys keys, TimeProvider clock, Supervisor supervisor, ILogger<LiveConnections> log)
    : SupervisedService(supervisor)
{
    // Sessions carry it; API keys do not.
    private static readonly string StampClaim = new ClaimsIdentityOptions().SecurityStampClaimType;
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly ConditionalWeakTable<HttpContext, object> cut = [];
    private readonly ConcurrentDictionary<HttpContext, (Guid PersonId, Guid? KeyId, string? Stamp, Guid? Session)> open = new();

    public int Count => open.Count;

    /// <summary>Whether the connection was aborted here and not by its client.</summary>
    public bool HasCut(HttpContext context) => cut.TryGetValue(context, out _);

    /// <summary>Runs a request that may stay open for long, so that it can be aborted.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.User.PersonId() is not { } personId)
        {
            await next(context);
            return;
        }

        Guid? key = Guid.TryParse(context.User.FindFirstValue(StudioClaims.KeyId), out var keyId) ? keyId : null;
        var session = SessionLog.IdOf(context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Properties);
        open[context] = (personId, key, context.User.FindFirstValue(StampClaim), session);
        try
        {
            await next(context);
        }
        finally
        {
            open.TryRemove(context, out _);
        }
    }

    /// <summary>Aborts a person's connections now.</summary>
    public void Cut(Guid personId)
    {
        foreach (var (context, holder) in open)
        {
            if (holder.PersonId == personId)
            {
                Cut(context);
            }
        }
    }

    /// <summary>Aborts the connections of suspended people, ended sessions and revoked keys, also when another process made the change.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var (context, (personId, keyId, stamp, session)) in open)
        {
            var state = await states.FindAsync(personId, cancellationToken);
            var isOver = state is null || state.IsSuspended || (stamp is not null && stamp != state.SecurityStamp)
                || (session is { } id && state.EndedSessions.Contains(id));
            if (isOver || (keyId is { } key && !await keys.IsValidAsync(key, cancellationToken)))
            {
                Cut(context);
            }
        }
    }

    /// <inheritdoc/>
    protected override Task RunAsync(CancellationToken stoppingToken) => EveryAsync(Interval, clock, SweepAsync, stoppingToken);

    // A connection that cannot be aborted must not keep the others open or interrupt the caller.
    [SuppressMessage("Design", "CA1031:Do not catch general exception types", Justification = "Aborting also runs the callbacks of the request's token, which may throw anything.")]
    private void Cut(HttpContext context)
    {
        if (!open.TryRemove(context, out _))
        {
            return;
        }

        cut.AddOrUpdate(context, this);
        try
        {
            context.Abort();
        }
        catch (ObjectDisposedException)
        {
            log.LogDebug("A connection closed by itself while it was being aborted");
        }
        catch (Exception fault)
        {
            Report(fault, "A connection could not be aborted");
        }
    }
}
