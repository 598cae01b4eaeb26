using System.Collections.Concurrent;
using System.Security.Claims;

using PromptCanvas.Data.People;

namespace PromptCanvas.Web.Security;

/// <summary>The open lines of pages, hubs and programs that wait. A line is authorised when it opens; this cuts it when that is over.</summary>
internal sealed class LiveConnections(PersonStates states, ApiKeys keys, TimeProvider clock, ILogger<LiveConnections> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(2);
    private readonly ConcurrentDictionary<HttpContext, (Guid PersonId, Guid? KeyId)> open = new();

    public int Count => open.Count;

    /// <summary>Runs a request that may stay open for long, cuttable.</summary>
    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        if (context.User.PersonId() is not { } personId)
        {
            await next(context);
            return;
        }

        open[context] = (personId, Guid.TryParse(context.User.FindFirstValue(StudioClaims.KeyId), out var keyId) ? keyId : null);
        try
        {
            await next(context);
        }
        finally
        {
            open.TryRemove(context, out _);
        }
    }

    /// <summary>Cuts a person's lines now.</summary>
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

    /// <summary>Cuts the lines of whoever was suspended and of keys that were revoked, by this process or another.</summary>
    public async Task SweepAsync(CancellationToken cancellationToken)
    {
        foreach (var (context, (personId, keyId)) in open)
        {
            var state = await states.FindAsync(personId, cancellationToken);
            if (state is null || state.IsSuspended || (keyId is { } key && !await keys.IsValidAsync(key, cancellationToken)))
            {
                Cut(context);
            }
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (System.Data.Common.DbException fault)
            {
                log.LogWarning(fault, "Open lines could not be checked; the next round tries again");
            }
        }
    }

    private void Cut(HttpContext context)
    {
        open.TryRemove(context, out _);
        context.Abort();
    }
}
