namespace PromptCanvas.Data.Pictures;

/// <summary>A person's comment on a picture.</summary>
public sealed class Comment
{
    public required Guid Id { get; init; }

    public required Guid ImageId { get; init; }

    public required Guid PersonId { get; init; }

    public required string Text { get; init; }

    public required DateTimeOffset At { get; init; }
}
