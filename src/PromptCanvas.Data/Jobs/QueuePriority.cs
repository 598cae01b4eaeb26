namespace PromptCanvas.Data.Jobs;

/// <summary>Priority classes: a higher class goes first; within a class, people take turns.</summary>
public static class QueuePriority
{
    /// <summary>Moved to the front by an administrator.</summary>
    public const int Expedited = 10;

    /// <summary>A person waits for it.</summary>
    public const int Interactive = 0;

    /// <summary>Unattended: batches and requests of programs.</summary>
    public const int Background = -10;
}
