using System.ComponentModel.DataAnnotations;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Cluster.Storage;

/// <summary>Section <c>Storage:S3</c>: the bucket, where <c>Storage:Provider</c> is S3.</summary>
public sealed record S3Options : IValidatableObject
{
    public const string Section = $"{StorageOptions.Section}:S3";

    /// <summary>Address of the S3-compatible store, such as <c>https://s3.example.com</c>.</summary>
    /// <value>empty: Amazon's in the region</value>
    public string Endpoint { get; init; } = "";

    /// <summary>The bucket; it must exist.</summary>
    /// <value>empty</value>
    public string Bucket { get; init; } = "";

    /// <summary>Begins the names of all objects, so that several studios can use one bucket; such as <c>studio/</c>.</summary>
    /// <value>empty</value>
    [RegularExpression("([A-Za-z0-9._-]+/)*", ErrorMessage = "Prefix takes letters, digits, '.', '_' and '-', and ends with '/': for example studio/.")]
    public string Prefix { get; init; } = "";

    /// <summary>The region in which requests are signed.</summary>
    /// <value>us-east-1</value>
    [Required]
    public string Region { get; init; } = "us-east-1";

    /// <summary>Whether the bucket is part of the path (most stores) or of the host name (Amazon).</summary>
    /// <value>true</value>
    public bool PathStyle { get; init; } = true;

    /// <summary>The access key; <c>AccessKey_FILE</c> names a file with it.</summary>
    /// <value>empty</value>
    [Secret]
    public string AccessKey { get; init; } = "";

    /// <summary>The secret key; <c>SecretKey_FILE</c> names a file with it.</summary>
    /// <value>empty</value>
    [Secret]
    public string SecretKey { get; init; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (Endpoint.Length > 0 && !(Uri.TryCreate(Endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
        {
            yield return new ValidationResult("Endpoint must be an address such as https://s3.example.com.");
        }
    }
}
