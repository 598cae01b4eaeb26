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

    /// <summary>To administrators: a person asks for credits.</summary>
    public const string CreditsAsked = "credits-asked";

    /// <summary>An administrator added credits.</summary>
    public const string CreditsGranted = "credits-granted";

    /// <summary>Another person commented on a picture of the recipient's.</summary>
    public const string Commented = "commented";

    /// <summary>Another person makes pictures from one of the recipient's.</summary>
    public const string Remixed = "remixed";

    /// <summary>A comment names the recipient.</summary>
    public const string Mentioned = "mentioned";

    /// <summary>A report of the recipient's was decided.</summary>
    public const string ReportDecided = "report-decided";

    /// <summary>Those that every page points out until they are read; the others are counted by the bell.</summary>
    public static IReadOnlyList<string> Urgent { get; } = [Opened, TakenDown, PutBack];
}
