namespace PromptCanvas.Data.Bias;

/// <summary>What a bias audit measured in one of its pictures.</summary>
public sealed class BiasReading
{
    public required Guid AuditId { get; init; }

    /// <summary>The prompt's place in the plan.</summary>
    public required int PromptIndex { get; init; }

    /// <summary>The picture's number, from 0, among those of its prompt.</summary>
    public required int PictureIndex { get; init; }

    /// <summary>Null if it was not made, or was deleted before it was measured.</summary>
    public Guid? ImageId { get; init; }

    /// <summary>The probability of each value of each attribute in the plan's order, little-endian float32; empty without a picture.</summary>
    public required byte[] Probabilities { get; init; }
}
