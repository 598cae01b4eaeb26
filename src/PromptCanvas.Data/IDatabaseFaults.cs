namespace PromptCanvas.Data;

/// <summary>Tells a database that cannot write now from one that is told something wrong. Whoever knows the drivers knows this.</summary>
public interface IDatabaseFaults
{
    /// <summary>One sentence on why the database cannot be used now; null when the fault is another one.</summary>
    string? Describe(Exception fault);
}
