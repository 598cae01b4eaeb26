namespace PromptCanvas.Diffusion.Engine;

/// <summary>The names of the conditionings that people can choose, the same on the command line, in URLs and in the API. The first is the default.</summary>
public static class ConditioningNames
{
    private static readonly KeyValuePair<string, ConditioningMode>[] Modes =
    [
        new("diffusion", ConditioningMode.DiffusionPrior),
        new("autoregressive", ConditioningMode.AutoregressivePrior),
        new("text-embedding", ConditioningMode.TextEmbedding),
        new("none", ConditioningMode.CaptionOnly),
    ];

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = Array.ConvertAll(Modes, mode => mode.Key);

    /// <summary>The default's name.</summary>
    public static string Default => All[0];

    /// <summary>The conditioning of a name; null for an unknown name.</summary>
    public static ConditioningMode? Find(string name) => Array.FindIndex(Modes, mode => mode.Key == name) is >= 0 and var index ? Modes[index].Value : null;

    /// <summary>The name of a conditioning that people can choose.</summary>
    /// <exception cref="InvalidOperationException">It has none.</exception>
    public static string Of(ConditioningMode mode) => Modes.Single(named => named.Value == mode).Key;
}
