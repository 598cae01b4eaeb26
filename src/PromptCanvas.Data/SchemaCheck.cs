namespace PromptCanvas.Data;

/// <summary>How a database's schema compares with this version's.</summary>
/// <param name="Migration">The first missing migration (<see cref="SchemaState.Outdated"/>), the last applied one (<see cref="SchemaState.Unsupported"/>)
/// or the first unknown one (<see cref="SchemaState.Newer"/>); null when the schema is current.</param>
public sealed record SchemaCheck(SchemaState State, string? Migration = null);

public enum SchemaState
{
    Current,

    /// <summary>Empty, or from an earlier version that <see cref="AppDbContext.UpgradeAsync"/> migrates.</summary>
    Outdated,

    /// <summary>From a version too old for this one to migrate.</summary>
    Unsupported,

    /// <summary>From a later version.</summary>
    Newer,
}
