using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Components;


namespace PromptCanvas.Web.Features.Jobs;

/// <summary>A job in API responses.</summary>
internal sealed record JobBody(
    Guid Id,
    string Kind,
    JobState State,
    string Prompt,
    string Model,
    int Size,
    uint Seed,
    DateTimeOffset CreatedAt,
    int? Position,
    double? EtaSeconds,
    string? Why,
    string? Error,
    IReadOnlyList<JobPictureBody> Images)
{
    /// <summary>Name of the machine that runs it, or ran it last; null before it ran.</summary>
    public string? RanOn { get; init; }

    /// <summary>When its drafts expire; null if it has none.</summary>
    public DateTimeOffset? DraftsUntil { get; init; }

    public static JobBody Of(JobView job, PathString pathBase) => new(
        job.Id,
        job.Kind,
        job.State,
        job.Prompt,
        job.Model,
        job.Size,
        job.Seed,
        job.CreatedAt,
        job.Position,
        job.EtaSeconds,
        job.Why?.Sentence,
        job.Error,
        [.. job.Images.Select(picture => JobPictureBody.Of(picture, job, pathBase))])
    {
        RanOn = job.RanOn,
        DraftsUntil = job.DraftsUntil,
    };
}

/// <summary>A picture of a job in API responses; id and URLs are null until it is finished.</summary>
internal sealed record JobPictureBody(
    Guid? Id, int Index, JobPictureState State, uint Seed, int Width, int Height, string? ContentUrl, string? ThumbnailUrl, string? Error)
{
    /// <summary>What became of a draft: open, finishing, finished or expired; null for other pictures.</summary>
    public DraftState? Draft { get; init; }

    /// <summary>The id of the picture that a draft was finished as.</summary>
    public Guid? FinishedAs { get; init; }

    public static JobPictureBody Of(JobPictureView picture, JobView job, PathString pathBase) => new(
        picture.ImageId,
        picture.Index,
        picture.State,
        picture.Seed,
        job.Width,
        job.Height,
        picture.ImageId is { } content ? PictureAddress.Content(content).ForPrograms(pathBase) : null,
        picture.ImageId is { } thumbnail ? PictureAddress.Thumbnail(thumbnail).ForPrograms(pathBase) : null,
        picture.Error)
    {
        Draft = picture.Draft,
        FinishedAs = picture.FinishedAs,
    };
}
