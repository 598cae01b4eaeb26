namespace PromptCanvas.Data.People;

/// <summary>A person's role as the database holds it.</summary>
public static class PersonRoles
{
    /// <summary>Makes pictures, and looks after people, queue and settings.</summary>
    public const string Administrator = "administrator";

    /// <summary>Makes pictures.</summary>
    public const string Member = "member";

    /// <summary>Looks at what the team shares.</summary>
    public const string Viewer = "viewer";

    public static IReadOnlyList<string> All { get; } = [Administrator, Member, Viewer];
}
