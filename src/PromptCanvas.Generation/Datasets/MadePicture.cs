using PromptCanvas.Data.Jobs;

namespace PromptCanvas.Generation.Datasets;

/// <summary>A draw of a data set's picture that its jobs have made, or not.</summary>
/// <param name="ImageId">The picture; null = it was not made.</param>
/// <param name="BaseId">The picture into which it was painted; null = none.</param>
/// <param name="Error">Why it was not made, if that is known.</param>
internal sealed record MadePicture(int Index, int Attempt, Guid? ImageId, Guid? BaseId, string? Error);

/// <summary>How far a draw is: its base if the plan has one, then the picture itself.</summary>
/// <param name="Index">The picture's number.</param>
/// <param name="HasBase">Whether a base comes first.</param>
/// <param name="Base">The job of the base; null = not queued yet.</param>
/// <param name="Picture">The job of the picture; null = not queued yet.</param>
/// <param name="Drawn">The base, if it is there and can be painted into.</param>
internal sealed record DrawProgress(int Index, bool HasBase, Job? Base, Job? Picture, BasePicture? Drawn)
{
    public bool IsOver => Picture is not null ? IsEnded(Picture) : Base is not null && IsEnded(Base) && Drawn is null;

    /// <summary>Whether one of its jobs waits or runs.</summary>
    public bool IsOpen => (Picture ?? Base) is { } job && !IsEnded(job);

    /// <summary>The base into which the picture is to be painted next.</summary>
    public BasePicture? PaintsInto => Picture is null ? Drawn : null;

    /// <summary>Whether the next of its jobs can be queued.</summary>
    public bool IsReady => Picture is null && (!HasBase || Base is null || PaintsInto is not null);

    public MadePicture ToMade(int attempt) => new(Index, attempt, Made(Picture)?.ImageId, Made(Base)?.ImageId, (Made(Picture) ?? Made(Base))?.Error);

    private static JobPicture? Made(Job? job) => job?.Images.Single();

    private static bool IsEnded(Job job) => job.Images.All(picture => picture.State is not (JobPictureState.Queued or JobPictureState.Running));
}
