using System.ComponentModel.DataAnnotations;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Cluster;

/// <summary>Section <c>Cluster</c>: what the nodes of one studio share besides the database.</summary>
public sealed record ClusterOptions
{
    public const string Section = "Cluster";

    /// <summary>The Redis server over which nodes show each other previews and events, such as <c>redis:6379</c>, with options as StackExchange.Redis reads them; <c>Redis_FILE</c> names a file with it.</summary>
    /// <value>empty: this process is alone</value>
    [Secret]
    public string Redis { get; init; } = "";

    /// <summary>Begins the names of this studio's channels, so that several studios can use one Redis.</summary>
    /// <value>promptcanvas</value>
    [Required, RegularExpression("[a-z0-9-]{1,40}", ErrorMessage = "Prefix takes 1 to 40 small letters, digits and hyphens.")]
    public string Prefix { get; init; } = "promptcanvas";
}
