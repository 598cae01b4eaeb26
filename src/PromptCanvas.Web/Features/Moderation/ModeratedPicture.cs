namespace PromptCanvas.Web.Features.Moderation;

/// <summary>A picture as its administration shows it.</summary>
/// <param name="Owner">The owner's name; null when it belongs to nobody.</param>
/// <param name="Prompt">Null while the picture is closed to the administrator.</param>
/// <param name="IsShared">Whether the team sees it.</param>
internal sealed record ModeratedPicture(
    Guid Id, string? Owner, string? Prompt, bool IsShared, DateTimeOffset? TakenDownAt, DateTimeOffset CreatedAt, int Width, int Height)
{
    public bool IsOpen => Prompt is not null;
}

/// <summary>A report that nobody has dealt with.</summary>
/// <param name="Reporter">Who reported it.</param>
/// <param name="Owner">The picture's owner; null when it belongs to nobody.</param>
/// <param name="Comment">What the comment says that it is about; null = it is about the picture, or the comment is gone.</param>
internal sealed record OpenReport(Guid Id, Guid ImageId, string Reporter, string? Owner, string Reason, DateTimeOffset At, Guid? CommentId, string? Comment);
