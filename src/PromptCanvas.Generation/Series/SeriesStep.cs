namespace PromptCanvas.Generation.Series;

/// <summary>What a step of a series did.</summary>
/// <param name="IsComplete">Every picture is settled.</param>
/// <param name="Refusal">Why it could not go on; null = it could.</param>
/// <param name="Waits">Whether the refusal passes with time; otherwise it ends the series.</param>
internal sealed record SeriesStep(bool IsComplete, Refusal? Refusal = null, bool Waits = false)
{
    /// <summary>A job was not accepted.</summary>
    public static SeriesStep NotAccepted(Refusal refusal) =>
        new(false, refusal, refusal is QuotaExceeded or TooManyJobs or StorageFull or Unavailable or QueueTooLong or ModelUnavailable);

    /// <summary>The series cannot go on, unless its model can be opened again later.</summary>
    public static SeriesStep Failed(Refusal refusal) => new(false, refusal, refusal is ModelUnavailable);

    /// <summary>The plan cannot be read.</summary>
    public static SeriesStep Unreadable { get; } = Failed(new WrongState("It was written by another version of the studio and cannot be read."));
}
