namespace PromptCanvas.Data;

/// <summary>The database is of a version so early that this one cannot bring it up to date.</summary>
/// <param name="lastMigration">The last one that was applied.</param>
public sealed class UnsupportedSchemaException(string lastMigration) : Exception(Explain(lastMigration))
{
    /// <summary>The last version that brings such a database up to date.</summary>
    public const string LastVersion = "PromptCanvas 0.1.0 (commit 085b326)";

    /// <summary>One sentence for the administrator: what is wrong and what to do.</summary>
    public static string Explain(string? lastMigration) =>
        $"The database is of an earlier version (its last migration is {lastMigration}): make a backup, start {LastVersion} on it once, " +
        "which brings it up to date, and then this version.";
}
