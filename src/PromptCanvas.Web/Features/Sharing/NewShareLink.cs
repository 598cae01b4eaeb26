namespace PromptCanvas.Web.Features.Sharing;

/// <summary>A request for a link, either to a picture or to a board.</summary>
/// <param name="Days">Lifetime in days.</param>
/// <param name="Password">Null = no password.</param>
internal sealed record NewShareLink(Guid? ImageId, Guid? BoardId, int Days, string? Password, bool AllowsDownload, bool ShowsPrompt)
{
    public const int UsualDays = 30;

    /// <summary>The lifetimes on offer, in days.</summary>
    public static IReadOnlyList<int> Spans { get; } = [1, 7, UsualDays, 90, 365];
}

/// <summary>A link in its owner's list.</summary>
/// <param name="Name">The picture's prompt or the board's name.</param>
/// <param name="Cover">A picture to show for it; null = none.</param>
public sealed record OwnLink(Guid Id, string Name, Guid? Cover, bool IsBoard, bool HasPassword, bool AllowsDownload, bool ShowsPrompt, DateTimeOffset ExpiresAt, bool IsOver, int Opened);
