namespace PromptCanvas.Data.Jobs;

/// <summary>A picture or mask that a job uses. The image store keeps its bytes while the job is queued or running; afterwards the row records the
/// provenance of the job's pictures.</summary>
public sealed class JobInput
{
    public required Guid JobId { get; init; }

    /// <summary>From 0, in the order of the request.</summary>
    public required int Slot { get; init; }

    /// <summary>One of <see cref="JobInputRoles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>The studio's picture that is the parent of the result. Null for an upload, and after that picture is deleted.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The upload; null for one of the studio's own pictures.</summary>
    public Guid? UploadId { get; init; }

    /// <summary>SHA-256 of its PNG, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }
}

/// <summary>How a job uses an input.</summary>
public static class JobInputRoles
{
    /// <summary>The picture that is edited, extended, varied or changed.</summary>
    public const string Source = "source";

    /// <summary>The keep mask of the source.</summary>
    public const string Mask = "mask";

    /// <summary>A draft that is finished; its slot is the index of the finished picture.</summary>
    public const string Draft = "draft";

    /// <summary>The roles that are no parents of the result: a draft is the same picture before it was finished.</summary>
    public static IReadOnlyList<string> NoParents { get; } = [Mask, Draft];

    /// <summary>A picture that is blended with others.</summary>
    public const string Blended = "blended";
}
