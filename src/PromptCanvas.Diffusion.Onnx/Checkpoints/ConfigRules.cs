namespace PromptCanvas.Diffusion.Onnx.Checkpoints;

/// <summary>How the engine treats a key of a config.</summary>
internal enum KeyUse
{
    /// <summary>The engine reads it.</summary>
    Read,

    /// <summary>The engine supports one value only; any other value is refused.</summary>
    Neutral,

    /// <summary>The reference implementation's class does not compute with it, so any value is fine.</summary>
    Unread,
}

/// <summary>One key of a class.</summary>
/// <param name="Use">How the engine treats it.</param>
/// <param name="Values">The values a <see cref="KeyUse.Neutral"/> key may have, as JSON writes them, text without quotes.</param>
/// <param name="MayBeNull">Whether <c>null</c> means the same as leaving the key out.</param>
internal sealed record KeyRule(KeyUse Use, IReadOnlyList<string> Values, bool MayBeNull);

/// <summary>Every key that the config of one class may have. A key that is not listed is refused by name.</summary>
/// <param name="className">The class, for messages.</param>
internal sealed class ConfigRules(string className)
{
    private const string Null = "null";

    private readonly Dictionary<string, KeyRule> keys = new(StringComparer.Ordinal);

    /// <summary>The class, for messages.</summary>
    public string ClassName { get; } = className;

    /// <summary>The rule of each key.</summary>
    public IReadOnlyDictionary<string, KeyRule> Keys => keys;

    /// <summary>Keys the engine reads; the class has no meaning for <c>null</c>.</summary>
    public ConfigRules Read(params ReadOnlySpan<string> names) => Add(new KeyRule(KeyUse.Read, [], false), names);

    /// <summary>Keys the engine reads, whose default is <c>null</c>.</summary>
    public ConfigRules ReadOrNull(params ReadOnlySpan<string> names) => Add(new KeyRule(KeyUse.Read, [], true), names);

    /// <summary>A key the engine knows one meaning of.</summary>
    /// <param name="name">The key.</param>
    /// <param name="values">The values that have this meaning.</param>
    public ConfigRules Neutral(string name, params string[] values) =>
        Add(new KeyRule(KeyUse.Neutral, values, values.Contains(Null)), name);

    /// <summary>Keys that only <c>null</c> is known for.</summary>
    public ConfigRules AlwaysNull(params ReadOnlySpan<string> names) => Add(new KeyRule(KeyUse.Neutral, [Null], true), names);

    /// <summary>Keys the class does not compute with.</summary>
    public ConfigRules Unread(params ReadOnlySpan<string> names) => Add(new KeyRule(KeyUse.Unread, [], true), names);

    private ConfigRules Add(KeyRule rule, params ReadOnlySpan<string> names)
    {
        foreach (var name in names)
        {
            keys.Add(name, rule);
        }

        return this;
    }
}
