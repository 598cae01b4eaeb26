using PromptCanvas.Data.Access;

namespace PromptCanvas.Generation.Queue;

/// <summary>Which requests of programs were answered, for programs that ask again.</summary>
public interface IResponseDelivery
{
    /// <summary>The actor's jobs whose answer a program may still wait for, latest first: their key begins so, they wait, run or are done, and nobody
    /// had the whole answer.</summary>
    Task<IReadOnlyList<Guid>> FindOpenAsync(Actor actor, string keyPrefix, TimeSpan maximumAge, CancellationToken cancellationToken);

    /// <summary>What became of the actor's requests with a key that a program chose, however long ago.</summary>
    /// <param name="key">The jobs' own keys begin so: one that came to nothing is made anew under another one.</param>
    Task<KeyedJobs> FindByKeyAsync(Actor actor, string key, CancellationToken cancellationToken);

    /// <summary>Keeps whether the job's answer is out, whole. A fault of the database is none of the answer: it is logged.</summary>
    Task MarkDeliveredAsync(Guid jobId, bool isOut, CancellationToken cancellationToken);
}

/// <summary>The jobs of one key.</summary>
/// <param name="Standing">The one that is to be made, is made or was refused by a rule; null where there is none.</param>
/// <param name="Ended">How many were cancelled or failed.</param>
public sealed record KeyedJobs(Guid? Standing, int Ended);
