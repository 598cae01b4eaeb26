using PromptCanvas.Data;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Web.Results;

/// <summary>Recognizes requests that failed because the database or the picture store cannot be used now; the only place that does.</summary>
internal sealed class StoreFaults(IDatabaseFaults database)
{
    /// <summary>Why, in one sentence; null for any other fault.</summary>
    public Refusal? RefusalOf(Exception fault) => fault switch
    {
        ObjectStoreException => new Unavailable(fault.Message),
        _ when database.Describe(fault) is { } reason => database.IsFull(fault) ? new StorageFull(reason) : new Unavailable(reason),
        _ => null,
    };
}
