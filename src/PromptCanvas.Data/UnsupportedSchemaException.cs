namespace PromptCanvas.Data;

/// <summary>The database is from a version too old for this one to migrate.</summary>
/// <param name="lastMigration">The last one that was applied.</param>
public sealed class UnsupportedSchemaException(string lastMigration) : Exception(Explain(lastMigration))
{
    /// <summary>The last version that migrates such a database.</summary>
    public const string LastVersion = "PromptCanvas 0.1.0 (commit 085b326)";

    /// <summary>One sentence for the administrator: the problem and its remedy.</summary>
    public static string Explain(string? lastMigration) =>
        $"The database is from an earlier version (its last migration is {lastMigration}): make a backup, start {LastVersion} once " +
        "to migrate it, and then start this version.";
}
