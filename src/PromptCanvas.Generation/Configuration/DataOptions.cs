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

    /// <summary>Disk space reserved for emergencies. It is released when the disk is full, so that running jobs can be saved and people can delete
    /// pictures; 0 = none. Reserved only while twice as much is free.</summary>
    /// <value>500</value>
    [Range(0, 100_000)]
    public int ReserveMegabytes { get; init; } = 500;
}
