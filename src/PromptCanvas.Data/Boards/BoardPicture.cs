namespace PromptCanvas.Data.Boards;

/// <summary>A picture on a board. Who looks at the board sees it only where they may see the picture.</summary>
public sealed class BoardPicture
{
    public required Guid BoardId { get; init; }

    public required Guid ImageId { get; init; }

    public required DateTimeOffset At { get; init; }
}
