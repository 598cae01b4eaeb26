namespace PromptCanvas.Data;

/// <summary>Classifies the exceptions of the database drivers: temporary failures, full disks and conflicts.</summary>
public interface IDatabaseFaults
{
    /// <summary>One sentence on why the database is unavailable; null for any other fault.</summary>
    string? Describe(Exception fault);

    /// <summary>Whether the database's disk is full.</summary>
    bool IsFull(Exception fault);

    /// <summary>Whether the transaction conflicted with another one (deadlock, serialization failure, duplicate key); the whole transaction may be retried.</summary>
    bool IsConflict(Exception fault);
}
