using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Queue;

/// <summary>Tracks whether API responses were delivered, so that client retries can be matched to earlier requests.</summary>
public interface IResponseDelivery
{
    /// <summary>The actor's jobs whose response was not fully delivered, latest first: keys with the given prefix, in state queued, running or
    /// done.</summary>
    Task<IReadOnlyList<Guid>> FindOpenAsync(Actor actor, string keyPrefix, TimeSpan maximumAge, CancellationToken cancellationToken);

    /// <summary>The actor's jobs for an idempotency key chosen by a client, of any age.</summary>
    /// <param name="key">Prefix of the jobs' own keys: a retry of a failed or cancelled job gets a new key with the same prefix.</param>
    Task<KeyedJobs> FindByKeyAsync(Actor actor, string key, CancellationToken cancellationToken);

    /// <summary>Records whether the job's response was fully delivered. A database fault is logged and does not affect the response.</summary>
    Task MarkDeliveredAsync(Guid jobId, bool isOut, CancellationToken cancellationToken);
}

/// <summary>The jobs of one key.</summary>
/// <param name="Standing">The job that is queued, running, done or rejected by a rule; null if there is none.</param>
/// <param name="Ended">Number of cancelled or failed jobs.</param>
public sealed record KeyedJobs(Guid? Standing, int Ended);
