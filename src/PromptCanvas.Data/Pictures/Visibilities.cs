namespace PromptCanvas.Data.Pictures;

/// <summary>Who may see a picture, as the database holds it.</summary>
public static class Visibilities
{
    /// <summary>Its owner only.</summary>
    public const string Private = "private";

    /// <summary>Everybody with an account.</summary>
    public const string Team = "team";

    public static IReadOnlyList<string> All { get; } = [Team, Private];
}
