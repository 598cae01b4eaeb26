using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;

namespace PromptCanvas.Web.Security;

/// <summary>Audits refused requests: a limited number of rows per person and minute, then one row that counts the rest.</summary>
internal sealed class RefusalAudit(AuditLog audit, IOptionsMonitor<RateLimitOptions> options, TimeProvider clock)
{
    public static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    private readonly Lock counting = new();
    private readonly Dictionary<string, Refused> people = [];
    private long began = clock.GetTimestamp();

    public async Task WriteAsync(AuditActor actor, string path, string method, CancellationToken cancellationToken)
    {
        await FlushAsync(all: false, cancellationToken);
        if (Count(actor) <= options.CurrentValue.AuditedRefusalsPerMinute)
        {
            await audit.WriteAsync(actor, "access.refused", path, method, cancellationToken);
        }
    }

    /// <summary>Writes the rows that count the rest of a minute.</summary>
    /// <param name="all">Also before the minute is over.</param>
    public async Task FlushAsync(bool all, CancellationToken cancellationToken)
    {
        foreach (var refused in Take(all))
        {
            var rest = refused.Count - options.CurrentValue.AuditedRefusalsPerMinute;
            if (rest > 0)
            {
                await audit.WriteAsync(refused.Actor, "access.refused", null, $"{rest} further refused requests within a minute", cancellationToken);
            }
        }
    }

    private Refused[] Take(bool all)
    {
        lock (counting)
        {
            if (!all && clock.GetElapsedTime(began) < Minute)
            {
                return [];
            }

            began = clock.GetTimestamp();
            Refused[] taken = [.. people.Values];
            people.Clear();
            return taken;
        }
    }

    private int Count(AuditActor actor)
    {
        lock (counting)
        {
            var key = actor.PersonId?.ToString() ?? actor.Address ?? "";
            if (!people.TryGetValue(key, out var refused))
            {
                people[key] = refused = new Refused(actor);
            }

            return ++refused.Count;
        }
    }

    private sealed class Refused(AuditActor actor)
    {
        public AuditActor Actor => actor;

        public int Count { get; set; }
    }
}
