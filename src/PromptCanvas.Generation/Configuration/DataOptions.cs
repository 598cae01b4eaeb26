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
}
