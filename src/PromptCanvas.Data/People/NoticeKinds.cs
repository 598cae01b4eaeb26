namespace PromptCanvas.Data.People;

/// <summary>What a <see cref="Notice"/> is about, as the database holds it.</summary>
public static class NoticeKinds
{
    /// <summary>An administrator opened a private picture. The row is also what lets them.</summary>
    public const string Opened = "opened";

    /// <summary>A picture was taken down.</summary>
    public const string TakenDown = "taken-down";

    /// <summary>It was put back.</summary>
    public const string PutBack = "put-back";
}
