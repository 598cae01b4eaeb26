using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Queue;

/// <summary>A job as shown on its page.</summary>
/// <param name="Position">1 = next; null unless queued.</param>
/// <param name="EtaSeconds">Estimated seconds until the whole job is done, from measured times; null if nothing was measured yet or the job is over.</param>
/// <param name="Error">One sentence if the job failed.</param>
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
    IReadOnlyList<JobPictureView> Images)
{
    /// <summary>The owner; null if submitted anonymously.</summary>
    public Guid? PersonId { get; init; }

    /// <summary>One of <see cref="JobKinds"/>.</summary>
    public string Kind { get; init; } = JobKinds.Generate;

    /// <summary>Width of its pictures in pixels.</summary>
    public int Width { get; init; } = Size;

    /// <summary>Height of its pictures in pixels.</summary>
    public int Height { get; init; } = Size;

    /// <summary>The requested width-to-height ratio.</summary>
    public AspectRatio Aspect { get; init; } = AspectRatio.Square;

    /// <summary>Name of the node that ran it last; null before it ran.</summary>
    public string? RanOn { get; init; }

    public string? NegativePrompt { get; init; }

    /// <summary>The style of its pictures; null = none.</summary>
    public StyleUse? Style { get; init; }

    /// <summary>Deviations from the model's recipe, without the style, whose direction is thousands of digits.</summary>
    public RecipeOverrides Overrides { get; init; } = RecipeOverrides.None;

    /// <summary>Visibility of its pictures: one of <see cref="Data.Pictures.Visibilities"/>.</summary>
    public string? Visibility { get; init; }

    /// <summary>The description of its pictures: the prompt, or the prompt of a source whose content they keep; empty if neither is known.</summary>
    public string Caption => Prompt.Length > 0 ? Prompt : Images.Select(picture => picture.Prompt).FirstOrDefault(prompt => prompt is { Length: > 0 }) ?? "";

    /// <summary>Credits that were refunded for pictures that were not delivered.</summary>
    public decimal Refunded { get; init; }

    /// <summary>When its drafts expire; null if it has none.</summary>
    public DateTimeOffset? DraftsUntil { get; init; }

    /// <summary>Credits for finishing one of its drafts; 0 if it has none.</summary>
    public decimal FinishCost { get; init; }

    /// <summary>Why it has its position; null unless queued.</summary>
    public QueueExplanation? Why { get; init; }
}

/// <summary>One picture of a job.</summary>
/// <param name="ImageId">The finished picture's id; null until it is done.</param>
public sealed record JobPictureView(int Index, JobPictureState State, uint Seed, Guid? ImageId, string? Error)
{
    /// <summary>Whether the actor marked it as a favourite.</summary>
    public bool IsFavourite { get; init; }

    /// <summary>What became of a draft; null for other pictures and until it is drawn.</summary>
    public DraftState? Draft { get; init; }

    /// <summary>The draft that it finishes; null for other pictures.</summary>
    public Guid? DraftId { get; init; }

    /// <summary>The finished picture of a draft; null until then.</summary>
    public Guid? FinishedAs { get; init; }

    /// <summary>One of <see cref="Data.Pictures.Visibilities"/>; null until it is done.</summary>
    public string? Visibility { get; init; }

    /// <summary>The finished picture's prompt; null until it is done, and for a picture that is gone.</summary>
    public string? Prompt { get; init; }
}

/// <summary>What became of a draft.</summary>
public enum DraftState
{
    /// <summary>It can be finished.</summary>
    Open,

    /// <summary>A job is finishing it.</summary>
    Finishing,
    Finished,
    Expired,
}

/// <summary>One page of a person's history, newest first.</summary>
/// <param name="Next">Cursor of the next page; null at the end.</param>
public sealed record JobPage(IReadOnlyList<JobView> Jobs, string? Next);

/// <summary>A job changed: query <see cref="IJobQueries"/> for the new state.</summary>
public sealed record JobChanged(Guid JobId, JobState State, int CompletedImages)
{
    /// <summary>Whether another node changed it.</summary>
    public bool IsRemote { get; init; }
}
