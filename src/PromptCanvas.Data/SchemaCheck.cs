namespace PromptCanvas.Data;

/// <summary>How a database's schema compares with this version's.</summary>
/// <param name="Migration">The first missing migration (<see cref="SchemaState.Outdated"/>), the last applied one (<see cref="SchemaState.Unsupported"/>)
/// or the first unknown one (<see cref="SchemaState.Newer"/>); null when the schema is current.</param>
public sealed record SchemaCheck(SchemaState State, string? Migration = null);

public enum SchemaState
{
    Current,

    /// <summary>New, or of an earlier version that <see cref="AppDbContext.UpgradeAsync"/> brings up to date.</summary>
    Outdated,

    /// <summary>Of a version so early that only another version can bring it up to date.</summary>
    Unsupported,

    /// <summary>Of a later version.</summary>
    Newer,
}
