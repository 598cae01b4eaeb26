namespace PromptCanvas.Web.Features.Moderation;

/// <summary>A picture on the moderation page.</summary>
/// <param name="Owner">The owner's name; null when the picture has no owner.</param>
/// <param name="Prompt">Null while the administrator has no access to the picture.</param>
/// <param name="IsShared">Whether it is shared with the team.</param>
internal sealed record ModeratedPicture(
    Guid Id, string? Owner, string? Prompt, bool IsShared, DateTimeOffset? TakenDownAt, DateTimeOffset CreatedAt, int Width, int Height)
{
    public bool IsOpen => Prompt is not null;
}

/// <summary>A report that is still open.</summary>
/// <param name="Reporter">Who reported it.</param>
/// <param name="Owner">The owner of the picture; null when it has none.</param>
/// <param name="Comment">Text of the reported comment; null when the picture itself is reported, or the comment no longer exists.</param>
internal sealed record OpenReport(Guid Id, Guid ImageId, string Reporter, string? Owner, string Reason, DateTimeOffset At, Guid? CommentId, string? Comment);
