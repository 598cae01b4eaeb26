using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Generation.Queue;

public enum JobState
{
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
    Rejected,
}

public enum JobImageState
{
    Queued,
    Running,
    Done,
    Failed,
    Cancelled,
    Rejected,
}

/// <summary>A job as its page shows it.</summary>
/// <param name="Position">1 = next; null unless queued.</param>
/// <param name="EtaSeconds">Until the whole job is done, from measured times; null when nothing was measured yet or it is over.</param>
/// <param name="Error">One sentence, when it failed.</param>
public sealed record JobView(
    Guid Id,
    JobState State,
    string Prompt,
    string Model,
    int Size,
    uint Seed,
    DateTimeOffset CreatedAt,
    int? Position,
    double? EtaSeconds,
    string? Error,
    IReadOnlyList<JobImageView> Images)
{
    /// <summary>Whose it is; null when nobody was signed in.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public string Kind { get; init; } = JobKinds.Generate;

    /// <summary>Of its pictures, in pixels.</summary>
    public int Width { get; init; } = Size;

    /// <summary>Of its pictures, in pixels.</summary>
    public int Height { get; init; } = Size;

    /// <summary>Why it stands where it stands; null unless queued.</summary>
    public QueueExplanation? Why { get; init; }
}

/// <summary>One picture of a job.</summary>
/// <param name="ImageId">The finished picture's id; null until it is done.</param>
public sealed record JobImageView(int Index, JobImageState State, uint Seed, Guid? ImageId, string? Error);

/// <summary>A finished picture as the gallery shows it.</summary>
public sealed record PictureView(Guid Id, Guid JobId, int Index, string Prompt, uint Seed, string Model, int Width, int Height, DateTimeOffset CreatedAt)
{
    /// <summary>Whose it is; null for what was made before the installation had accounts.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>How it came about: one of <see cref="JobKinds"/>.</summary>
    public string Kind { get; init; } = JobKinds.Generate;

    /// <summary>The name of the interface through which a program asked for it; null = the studio's own.</summary>
    public string? Tag { get; init; }

    /// <summary>The pictures it was made from, as far as they are the studio's own; whoever asks may see them.</summary>
    public IReadOnlyList<Guid> Parents { get; init; } = [];

    /// <summary>One of <see cref="Visibilities"/>.</summary>
    public string Visibility { get; init; } = Visibilities.Team;

    /// <summary>Since when it lies in its owner's trash; null = it does not.</summary>
    public DateTimeOffset? DeletedAt { get; init; }
}

/// <summary>One page of the gallery, newest first.</summary>
/// <param name="Next">Pass it to get the next page; null at the end.</param>
public sealed record PicturePage(IReadOnlyList<PictureView> Pictures, string? Next);

/// <summary>Something about a job changed: ask <see cref="IJobQueries"/> for the new state.</summary>
public sealed record JobChanged(Guid JobId, JobState State, int CompletedImages);
