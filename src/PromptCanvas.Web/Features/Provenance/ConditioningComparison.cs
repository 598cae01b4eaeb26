using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Web.Features.Provenance;

/// <summary>Names of the conditioning modes in URLs, the same as on the command line.</summary>
internal static class ConditioningComparison
{
    private static readonly Dictionary<string, ConditioningMode> Modes = new(StringComparer.Ordinal)
    {
        ["none"] = ConditioningMode.CaptionOnly,
        ["text-embedding"] = ConditioningMode.TextEmbedding,
        ["autoregressive"] = ConditioningMode.AutoregressivePrior,
        ["diffusion"] = ConditioningMode.DiffusionPrior,
    };

    public static IEnumerable<string> Names => Modes.Keys;

    /// <summary>Null for an unknown name.</summary>
    public static ConditioningMode? Parse(string name) => Modes.TryGetValue(name, out var mode) ? mode : null;

    public static string NameOf(ConditioningMode mode) => Modes.Single(named => named.Value == mode).Key;
}
