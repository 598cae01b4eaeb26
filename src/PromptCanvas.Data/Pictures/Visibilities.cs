namespace PromptCanvas.Data.Pictures;

/// <summary>Visibility of a picture, as stored in the database.</summary>
public static class Visibilities
{
    /// <summary>Its owner only.</summary>
    public const string Private = "private";

    /// <summary>Every person with an account.</summary>
    public const string Team = "team";

    public static IReadOnlyList<string> All { get; } = [Team, Private];
}
