namespace PromptCanvas.Data.Jobs;

/// <summary>A job's state; in the database its name in lower case.</summary>
public enum JobState
{
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,

    /// <summary>Refused by the administrators' rules.</summary>
    Rejected,
}
