namespace PromptCanvas.Data;

/// <summary>Tells a database that cannot write now from one that is told something wrong. Whoever knows the drivers knows this.</summary>
public interface IDatabaseFaults
{
    /// <summary>One sentence on why the database cannot be used now; null when the fault is another one.</summary>
    string? Describe(Exception fault);

    /// <summary>Whether its disk is full.</summary>
    bool IsFull(Exception fault);

    /// <summary>Whether another transaction came in between (deadlock, serialisation, the same key at the same moment): the whole transaction may be tried again.</summary>
    bool IsConflict(Exception fault);
}
