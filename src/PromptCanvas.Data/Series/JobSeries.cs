namespace PromptCanvas.Data.Series;

/// <summary>A plan whose pictures are made by and by, as ordinary unattended jobs of a person.</summary>
public abstract class JobSeries
{
    public required Guid Id { get; init; }

    /// <summary>The person who asked and pays; null after the account was deleted, if the series outlives it.</summary>
    public Guid? PersonId { get; init; }

    public required string Name { get; init; }

    public required SeriesState State { get; set; }

    /// <summary>What is made, and how, as JSON.</summary>
    public required string Plan { get; init; }

    /// <summary>How many pictures it asks for.</summary>
    public required int Pictures { get; init; }

    /// <summary>Why it waits or ended early: one sentence for its readers.</summary>
    public string? Note { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset? EndedAt { get; set; }

    /// <summary>Until then one worker goes on with it; null = none does.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>How the idempotency keys of its jobs begin.</summary>
    public abstract string KeyPrefix { get; }

    /// <summary>Maximum length of <see cref="Note"/>.</summary>
    public const int LongestNote = 1000;
}

/// <summary>The state of a series; in the database its name in lower case.</summary>
public enum SeriesState
{
    Running,
    Done,
    Failed,
    Cancelled,
}
