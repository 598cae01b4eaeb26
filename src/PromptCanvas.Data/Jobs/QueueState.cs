namespace PromptCanvas.Data.Jobs;

/// <summary>State of the whole queue: a single row.</summary>
public sealed class QueueState
{
    public const int OnlyId = 1;

    public int Id { get; init; } = OnlyId;

    /// <summary>Time since which no job is claimed; null = not paused.</summary>
    public DateTimeOffset? PausedAt { get; set; }

    /// <summary>The administrator; null if the studio paused itself.</summary>
    public Guid? PausedBy { get; set; }

    /// <summary>One sentence for people with queued jobs.</summary>
    public string? PauseReason { get; set; }

    /// <summary>Times of recent crashes with jobs on the engine: UTC ticks separated by spaces.</summary>
    public string Crashes { get; set; } = "";
}
