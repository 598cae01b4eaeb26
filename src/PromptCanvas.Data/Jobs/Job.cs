using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data.Jobs;

/// <summary>A request and its progress. The table of these rows is the queue.</summary>
public sealed class Job
{
    public required Guid Id { get; init; }

    /// <summary>The owner; null for jobs from before the installation had accounts.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>Unique per person.</summary>
    public required string IdempotencyKey { get; init; }

    /// <summary>SHA-256 (hex) of the request, to distinguish a retry from another request with the same key.</summary>
    public required string BodyHash { get; init; }

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public string Kind { get; init; } = JobKinds.Generate;

    /// <summary>The job's operation as JSON; null = one that needs only the prompt. Pictures are in <see cref="Inputs"/>.</summary>
    public string? Material { get; init; }

    /// <summary>Empty if the kind needs none.</summary>
    public required string Prompt { get; init; }

    public string? NegativePrompt { get; init; }

    public required string Model { get; init; }

    /// <summary>The side of the model's output in pixels.</summary>
    public required int Size { get; init; }

    /// <summary>Width of the pictures in pixels.</summary>
    public int Width { get; init; }

    /// <summary>Height of the pictures in pixels.</summary>
    public int Height { get; init; }

    public required int Count { get; init; }

    /// <summary>Number of squares of which each picture is composed; 1 = it is made as a whole.</summary>
    public int Squares { get; init; } = 1;

    /// <summary>Unsigned 32 bits; picture i has seed S + i.</summary>
    public required long Seed { get; init; }

    /// <summary>Deviations from the model's recipe, as JSON.</summary>
    public required string Overrides { get; init; }

    /// <summary>Visibility of its pictures: one of <see cref="Visibilities"/>.</summary>
    public string Visibility { get; init; } = Visibilities.Team;

    /// <summary>Tag of its pictures: the name of the API that a program used. Null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>The board to which its pictures are added, if it still exists; null = none.</summary>
    public Guid? BoardId { get; init; }

    /// <summary>The end user named by an API client, verbatim.</summary>
    public string? EndUser { get; init; }

    public required JobState State { get; set; }

    /// <summary>Higher first: one of <see cref="QueuePriority"/>.</summary>
    public int Priority { get; set; }

    /// <summary>Position within a priority: lower first. The start tag of start-time fair queueing, set at submit.</summary>
    public double VirtualTime { get; set; }

    /// <summary>Finish tag: start tag + pictures / weight. The person's next job starts no earlier.</summary>
    public double VirtualFinish { get; set; }

    /// <summary>How many times a job of the same person was preferred because its model was loaded.</summary>
    public int Deferred { get; set; }

    /// <summary>Number of claims.</summary>
    public int Attempt { get; set; }

    /// <summary>Number of process crashes while it was running.</summary>
    public int CrashCount { get; set; }

    /// <summary>Fencing token, incremented by every claim, cancellation and lease recovery; writes with an older token are rejected.</summary>
    public long Fence { get; set; }

    /// <summary>The worker that holds the lease.</summary>
    public string? LeasedBy { get; set; }

    /// <summary>Name of the node that ran it last; null before the first claim.</summary>
    public string? RanOn { get; set; }

    /// <summary>End of the lease, by the database's clock.</summary>
    public DateTimeOffset? LeaseUntil { get; set; }

    /// <summary>Earliest time of the next claim; null = at once.</summary>
    public DateTimeOffset? NotBefore { get; set; }

    /// <summary>Number of finished pictures.</summary>
    public int CompletedImages { get; set; }

    /// <summary>One sentence for the person who asked.</summary>
    public string? Error { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Time of the first claim.</summary>
    public DateTimeOffset? StartedAt { get; set; }

    public DateTimeOffset? FinishedAt { get; set; }

    /// <summary>When the response to a waiting program was fully delivered; null until then, or if no program waits.</summary>
    public DateTimeOffset? AnsweredAt { get; set; }

    public List<JobPicture> Images { get; } = [];

    public List<JobInput> Inputs { get; } = [];
}
