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

    /// <summary>Disk space for pictures in other forms: without their metadata, as JPEG or as WebP. They are made when they are first asked for;
    /// over the limit, the least recently used are removed.</summary>
    /// <value>500</value>
    [Range(1, 1_000_000)]
    public int FormsMegabytes { get; init; } = 500;
}
