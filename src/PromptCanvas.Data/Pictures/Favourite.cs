namespace PromptCanvas.Data.Pictures;

/// <summary>Somebody likes a picture. Only that person knows.</summary>
public sealed class Favourite
{
    public required Guid PersonId { get; init; }

    public required Guid ImageId { get; init; }

    public required DateTimeOffset At { get; init; }
}
