namespace PromptCanvas.Data.Jobs;

/// <summary>One picture of a job: the unit of delivery, charge and refund.</summary>
public sealed class JobPicture
{
    public required Guid JobId { get; init; }

    /// <summary>From 0.</summary>
    public required int ImageIndex { get; init; }

    public required JobPictureState State { get; set; }

    /// <summary>Unsigned 32 bits.</summary>
    public required long Seed { get; init; }

    /// <summary>The finished picture.</summary>
    public Guid? ImageId { get; set; }

    /// <summary>One sentence for the person who asked.</summary>
    public string? Error { get; set; }
}
