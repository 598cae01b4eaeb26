namespace PromptCanvas.Data.People;

/// <summary>Subject of a <see cref="Notice"/>, as stored in the database.</summary>
public static class NoticeKinds
{
    /// <summary>An administrator opened a private picture. The row also grants the administrator access.</summary>
    public const string Opened = "opened";

    /// <summary>A picture was taken down.</summary>
    public const string TakenDown = "taken-down";

    /// <summary>A picture was restored after being taken down.</summary>
    public const string PutBack = "put-back";
}
