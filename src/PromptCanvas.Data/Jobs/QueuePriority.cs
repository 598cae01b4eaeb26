namespace PromptCanvas.Data.Jobs;

/// <summary>Classes of the queue: a higher one goes first, and within one people take turns.</summary>
public static class QueuePriority
{
    /// <summary>Moved to the front by an administrator.</summary>
    public const int Expedited = 10;

    /// <summary>Somebody waits for it.</summary>
    public const int Interactive = 0;

    /// <summary>Nobody looks on: batches, and what programs send.</summary>
    public const int Background = -10;
}
