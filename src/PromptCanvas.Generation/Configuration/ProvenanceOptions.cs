namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Provenance</c>.</summary>
public sealed record ProvenanceOptions
{
    public const string Section = "Provenance";

    /// <summary>Whether pictures' files say how they were made. Off, nothing is written, and what was written before is left out of every answer.</summary>
    /// <value>true</value>
    public bool Embed { get; init; } = true;
}
