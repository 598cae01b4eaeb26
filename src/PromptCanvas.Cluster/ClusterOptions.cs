using System.ComponentModel.DataAnnotations;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Cluster;

/// <summary>Section <c>Cluster</c>: the servers that the nodes of one studio share in addition to the database.</summary>
public sealed record ClusterOptions
{
    public const string Section = "Cluster";

    /// <summary>The Redis server over which nodes share previews, events, rate limits and the state of pages, such as <c>redis:6379</c>, with options as StackExchange.Redis reads them; <c>Redis_FILE</c> names a file with it.</summary>
    /// <value>empty: a single node</value>
    [Secret]
    public string Redis { get; init; } = "";

    /// <summary>Prefix of this studio's names in Redis, so that several studios can use one Redis.</summary>
    /// <value>promptcanvas</value>
    [Required, RegularExpression("[a-z0-9-]{1,40}", ErrorMessage = "Prefix takes 1 to 40 small letters, digits and hyphens.")]
    public string Prefix { get; init; } = "promptcanvas";
}
