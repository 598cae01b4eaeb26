namespace PromptCanvas.Data.Jobs;

/// <summary>The queue as a whole: one row.</summary>
public sealed class QueueState
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;

    /// <summary>Since when no job is claimed; null = it runs.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>Null when the studio paused itself.</summary>
    public Guid? PausedBy { get; set; }

    /// <summary>One sentence for whoever waits.</summary>
    public string? PauseReason { get; set; }

    /// <summary>When processes died with jobs on the engine, lately: UTC ticks separated by spaces.</summary>
    public string Crashes { get; set; } = "";
}
