namespace PromptCanvas.Data.Jobs;

/// <summary>A job's state as stored in the database.</summary>
public static class JobStates
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";
    public const string Rejected = "rejected";
}

/// <summary>The state of one picture of a job as stored in the database.</summary>
public static class JobPictureStates
{
    public const string Queued = "queued";
    public const string Running = "running";
    public const string Done = "done";
    public const string Failed = "failed";
    public const string Cancelled = "cancelled";

    /// <summary>Refused by the administrators' rules.</summary>
    public const string Rejected = "rejected";
}
