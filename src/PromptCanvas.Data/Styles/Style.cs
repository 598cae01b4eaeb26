using PromptCanvas.Data.Pictures;

namespace PromptCanvas.Data.Styles;

/// <summary>What pictures have in common beyond their captions, to be added to other prompts. It stays as it was made when its pictures change.</summary>
public sealed class Style
{
    public required Guid Id { get; init; }

    /// <summary>Who made it.</summary>
    public required Guid PersonId { get; init; }

    /// <summary>The board it was made from, and whose visibility it has; null = made from chosen pictures, or the board was deleted.</summary>
    public Guid? BoardId { get; init; }

    public required string Name { get; set; }

    /// <summary>One of <see cref="Visibilities"/>; counts while there is no board.</summary>
    public string Visibility { get; set; } = Visibilities.Private;

    /// <summary>The model among whose image embeddings it is a direction.</summary>
    public required string Model { get; init; }

    /// <summary>E float32 values, little-endian.</summary>
    public required byte[] Direction { get; init; }

    /// <summary>The part of the arc to the direction that half the weight is, as measured when it was made.</summary>
    public required double HalfReach { get; init; }

    /// <summary>Number of pictures it was made from.</summary>
    public required int PictureCount { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }
}
