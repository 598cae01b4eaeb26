namespace PromptCanvas.Data.Jobs;

/// <summary>The state of one picture of a job; in the database its name in lower case.</summary>
public enum JobPictureState
{
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,

    /// <summary>Refused by the administrators' rules.</summary>
    Rejected,
}
