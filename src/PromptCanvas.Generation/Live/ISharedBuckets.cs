namespace PromptCanvas.Generation.Live;

/// <summary>Token buckets that all nodes of a studio count in together.</summary>
public interface ISharedBuckets
{
    /// <summary>Whether there is a shared store; false in a single process.</summary>
    bool IsShared { get; }

    /// <summary>Whether the store answers now.</summary>
    bool IsUp { get; }

    /// <summary>Takes a token. Never throws for a store that is absent, slow or faulty.</summary>
    /// <returns>Null if the store gave no answer: the node counts alone.</returns>
    ValueTask<SharedToken?> TakeAsync(SharedBucket bucket, CancellationToken cancellationToken);
}

/// <summary>A bucket: full at first, then refilled evenly.</summary>
/// <param name="Name">Identifies it; the same on every node.</param>
/// <param name="Size">Tokens in the full bucket.</param>
/// <param name="Period">Time in which an empty bucket is full again.</param>
/// <param name="Waiting">Requests that may wait for a token; further ones are refused.</param>
public sealed record SharedBucket(string Name, int Size, TimeSpan Period, int Waiting);

/// <summary>Answer of a shared bucket.</summary>
/// <param name="IsTaken">Whether the request is admitted.</param>
/// <param name="Wait">Admitted: time until the request's token is there. Refused: time until a request can be admitted.</param>
/// <param name="Left">Tokens left.</param>
public readonly record struct SharedToken(bool IsTaken, TimeSpan Wait, int Left);
