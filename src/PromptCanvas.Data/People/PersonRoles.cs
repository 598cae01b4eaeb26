namespace PromptCanvas.Data.People;

/// <summary>A person's role as stored in the database.</summary>
public static class PersonRoles
{
    /// <summary>Creates pictures and administers people, queue and settings.</summary>
    public const string Administrator = "administrator";

    /// <summary>Creates pictures.</summary>
    public const string Member = "member";

    /// <summary>Sees pictures that are shared with the team; creates nothing.</summary>
    public const string Viewer = "viewer";

    /// <summary>The roles that create pictures, as authorization takes them.</summary>
    public const string Makers = $"{Administrator},{Member}";

    public static IReadOnlyList<string> All { get; } = [Administrator, Member, Viewer];
}
