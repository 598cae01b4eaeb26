using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Security;

/// <summary>Section <c>Metrics</c>: read access to <c>/metrics</c> in addition to administrators and programs on this machine.</summary>
public sealed record MetricsOptions
{
    public const string Section = "Metrics";

    /// <summary>A bearer token of at least 16 characters that gives access to the metrics only; <c>Token_FILE</c> names a file with it.</summary>
    /// <value>empty: no token</value>
    [Secret]
    public string Token { get; init; } = "";

    /// <summary>Comma-separated addresses or networks, such as <c>10.0.0.0/8</c>, that may read the metrics without a token.</summary>
    /// <value>empty: this machine only</value>
    public string Networks { get; init; } = "";
}
