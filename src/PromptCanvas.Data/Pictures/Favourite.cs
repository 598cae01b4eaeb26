namespace PromptCanvas.Data.Pictures;

/// <summary>A person's favourite mark on a picture, visible only to that person.</summary>
public sealed class Favourite
{
    public required Guid PersonId { get; init; }

    public required Guid ImageId { get; init; }

    public required DateTimeOffset At { get; init; }
}
