namespace PromptCanvas.Web.Features.Sharing;

/// <summary>A link as its owner asks for it: to a picture or to a board, one of the two.</summary>
/// <param name="Days">How long it works.</param>
/// <param name="Password">Null = whoever has the address comes in.</param>
internal sealed record NewShareLink(Guid? ImageId, Guid? BoardId, int Days, string? Password, bool AllowsDownload, bool ShowsPrompt)
{
    public const int UsualDays = 30;

    /// <summary>What is offered.</summary>
    public static IReadOnlyList<int> Spans { get; } = [1, 7, UsualDays, 90, 365];
}

/// <summary>A link in its owner's list.</summary>
/// <param name="Name">The picture's prompt or the board's name.</param>
/// <param name="Cover">A picture of it; null where there is none.</param>
public sealed record OwnLink(Guid Id, string Name, Guid? Cover, bool IsBoard, bool HasPassword, bool AllowsDownload, bool ShowsPrompt, DateTimeOffset ExpiresAt, bool IsOver, int Opened);
