using Microsoft.Extensions.Configuration;

namespace PromptCanvas.Generation.Configuration;

/// <summary>The settings in the database as a part of the configuration: above the files, below the environment and the command line.</summary>
public sealed class StoredSettingsSource : IConfigurationSource
{
    /// <summary>Empty until the database has been read.</summary>
    public StoredSettingsProvider Provider { get; } = new();

    /// <summary>The source of a configuration that is still being built; added if it is missing. Without it, stored settings have no effect.</summary>
    /// <param name="isBelow">Whether another source is overridden by stored settings, as files are; null = none is.</param>
    public static StoredSettingsSource Of(IConfiguration configuration, Func<IConfigurationSource, bool>? isBelow = null)
    {
        if (configuration is not IConfigurationBuilder builder)
        {
            return new StoredSettingsSource();
        }

        if (builder.Sources.OfType<StoredSettingsSource>().FirstOrDefault() is { } known)
        {
            return known;
        }

        var source = new StoredSettingsSource();
        builder.Sources.Insert(isBelow is null ? 0 : builder.Sources.ToList().FindLastIndex(other => isBelow(other)) + 1, source);
        return source;
    }

    public IConfigurationProvider Build(IConfigurationBuilder builder) => Provider;
}

/// <summary>Holds the settings of the last read from the database.</summary>
public sealed class StoredSettingsProvider : ConfigurationProvider
{
    /// <summary>Replaces all values; the readers of the configuration are notified if a value changes.</summary>
    public void Replace(IReadOnlyDictionary<string, string> values)
    {
        ArgumentNullException.ThrowIfNull(values);
        if (values.Count == Data.Count && values.All(pair => Data.TryGetValue(pair.Key, out var known) && known == pair.Value))
        {
            return;
        }

        Data = values.ToDictionary(pair => pair.Key, pair => (string?)pair.Value, StringComparer.OrdinalIgnoreCase);
        OnReload();
    }
}
