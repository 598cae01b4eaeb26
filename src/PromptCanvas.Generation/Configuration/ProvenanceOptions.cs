namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Provenance</c>.</summary>
public sealed record ProvenanceOptions
{
    public const string Section = "Provenance";

    /// <summary>Whether picture files contain how they were made. If off, nothing is embedded, and data embedded earlier is removed from responses.</summary>
    /// <value>true</value>
    [RuntimeSetting]
    public bool Embed { get; init; } = true;
}
