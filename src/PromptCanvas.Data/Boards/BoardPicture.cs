namespace PromptCanvas.Data.Boards;

/// <summary>A picture on a board. The board does not grant access: each person sees only the pictures they may see.</summary>
public sealed class BoardPicture
{
    public required Guid BoardId { get; init; }

    public required Guid ImageId { get; init; }

    public required DateTimeOffset At { get; init; }
}
