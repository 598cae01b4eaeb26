namespace PromptCanvas.Data.Jobs;

/// <summary>A picture or mask that a job works with. While the job waits or runs its bytes stay in the image store; afterwards the row says what the
/// job's pictures were made from.</summary>
public sealed class JobInput
{
    public required Guid JobId { get; init; }

    /// <summary>From 0, in the order in which the job names them.</summary>
    public required int Slot { get; init; }

    /// <summary>One of <see cref="JobInputRoles"/>.</summary>
    public required string Role { get; init; }

    /// <summary>The studio's own picture it is: the parent of what the job makes. Null for an upload, and once that picture is deleted.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The upload it is; null for a picture of the studio's own.</summary>
    public Guid? UploadId { get; init; }

    /// <summary>SHA-256 of its PNG, 64 lower-case hex digits.</summary>
    public required string ContentHash { get; init; }
}

/// <summary>What a job does with a picture.</summary>
public static class JobInputRoles
{
    /// <summary>It is edited, extended, varied or changed.</summary>
    public const string Source = "source";

    /// <summary>It says what of the source stays.</summary>
    public const string Mask = "mask";

    /// <summary>It is blended with others.</summary>
    public const string Blended = "blended";
}
