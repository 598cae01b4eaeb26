using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Section <c>Data</c>.</summary>
public sealed record DataOptions
{
    public const string Section = "Data";

    /// <summary>Database, pictures and keys; relative to the content root.</summary>
    /// <value>data</value>
    [Required]
    public string Folder { get; init; } = "data";

    /// <summary>Room that is held back and freed when the disk is full, so that what runs can be written and people can delete; 0 = none. Held only
    /// where twice as much is free.</summary>
    /// <value>500</value>
    [Range(0, 100_000)]
    public int ReserveMegabytes { get; init; } = 500;
}
