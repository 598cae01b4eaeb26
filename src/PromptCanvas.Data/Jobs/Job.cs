using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data.Jobs;

/// <summary>What somebody asked for, and how far it is. The row is the queue.</summary>
public sealed class Job
{
    public required Guid Id { get; init; }

    /// <summary>Who asked; null for what was asked before the installation had accounts.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Unique per person.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>SHA-256 (hex) of what was asked, to tell a repeated request from another one with the same key.</summary>
    public required string BodyHash { get; init; }

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public string Kind { get; init; } = JobKinds.Generate;

    /// <summary>What it is made from beside the prompt, as JSON; null = the prompt alone. The pictures are <see cref="Inputs"/>.</summary>
    public string? Material { get; init; }

    /// <summary>Empty where the kind needs none.</summary>
    public required string Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    public required string Model { get; init; }

    /// <summary>The side in pixels at which the model draws.</summary>
    public required int Size { get; init; }

    /// <summary>Of its pictures, in pixels.</summary>
    public int Width { get; init; }

    /// <summary>Of its pictures, in pixels.</summary>
    public int Height { get; init; }

    public required int Count { get; init; }

    /// <summary>Unsigned 32 bits; picture i has seed S + i.</summary>
    public required long Seed { get; init; }

    /// <summary>What differs from the model's recipe, as JSON.</summary>
    public required string Overrides { get; init; }

    /// <summary>Who may see its pictures: one of <see cref="Visibilities"/>.</summary>
    public string Visibility { get; init; } = Visibilities.Team;

    /// <summary>What its pictures are marked with: the name of the interface that a program used. Null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>The board that its pictures go onto, if it is there still; null = none.</summary>
    public Guid? BoardId { get; init; }

    /// <summary>Whom a program asked for, in its own words.</summary>
    public string? EndUser { get; init; }

    public required string State { get; set; }

    /// <summary>Higher first: one of <see cref="QueuePriority"/>.</summary>
    public int Priority { get; set; }

    /// <summary>The place among equals of one priority: lower first. The start tag of start-time fair queueing, written at submit.</summary>
    public double VirtualTime { get; set; }

    /// <summary>Start tag + pictures / weight: where the person's next job starts at the earliest.</summary>
    public double VirtualFinish { get; set; }

    /// <summary>How often a job of the same person went first because its model was loaded.</summary>
    public int Deferred { get; set; }

    /// <summary>How many times it was claimed.</summary>
    public int Attempt { get; set; }

    /// <summary>How many times the process died while it ran.</summary>
    public int CrashCount { get; set; }

    /// <summary>Raised by every claim, cancel and rescue; who writes with an older one is too late.</summary>
    public long Fence { get; set; }

    /// <summary>Which worker runs it.</summary>
    public string? LeasedBy { get; set; }

    /// <summary>Until when the worker may, by the database's clock.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Not claimed before; null = at once.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>Pictures that are done.</summary>
    public int CompletedImages { get; set; }

    /// <summary>One sentence for the person who asked.</summary>
    public string? Error { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The first claim.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>When a program that waited for it had its whole answer; null while it has not, and where none waits.</summary>
    public DateTimeOffset? AnsweredAt { get; set; }

    public List<JobImage> Images { get; } = [];

    public List<JobInput> Inputs { get; } = [];
}
