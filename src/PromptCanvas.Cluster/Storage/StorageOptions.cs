using System.ComponentModel.DataAnnotations;

namespace PromptCanvas.Cluster.Storage;

/// <summary>Where pictures are.</summary>
public enum StorageProvider
{
    /// <summary>In the data folder.</summary>
    Files,

    /// <summary>In an S3-compatible store; the data folder holds copies.</summary>
    S3,
}

/// <summary>Section <c>Storage</c>: where pictures, thumbnails, uploads and results of stages are.</summary>
public sealed record StorageOptions
{
    public const string Section = "Storage";

    /// <summary>Files: the data folder; S3: the bucket of <c>Storage:S3</c>.</summary>
    /// <value>Files</value>
    public StorageProvider Provider { get; init; } = StorageProvider.Files;

    /// <summary>Limit of the copies of a bucket's files in the data folder; over it, the least recently used are removed.</summary>
    /// <value>4000</value>
    [Range(100, 10_000_000)]
    public int CopiesMegabytes { get; init; } = 4000;
}
