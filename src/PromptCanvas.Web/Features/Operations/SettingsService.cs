using System.Collections;
using System.Globalization;
using System.Reflection;

using Microsoft.Extensions.Configuration.CommandLine;
using Microsoft.Extensions.Configuration.EnvironmentVariables;
using Microsoft.Extensions.Configuration.Json;

using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>A setting on the administration page.</summary>
/// <param name="Value">The effective value; null when it is secret.</param>
/// <param name="Default">Null when it is secret; empty when there is none.</param>
/// <param name="IsSet">Whether it is configured; otherwise the value is the default.</param>
/// <param name="Source">A file name, "database", "environment" or "command line"; null when not configured.</param>
/// <param name="Description">From the option's documentation.</param>
public sealed record SettingFacts(string Key, string? Value, string? Default, bool IsSet, string? Source, string Description);

/// <summary>Every setting of every options record, with its effective value and source. Secret values are never returned.</summary>
internal sealed class SettingsService(IConfiguration configuration, IEnumerable<SettingsSection> sections, OptionDescriptions descriptions)
{
    /// <summary>Settings that no options record holds: the host reads them.</summary>
    private static readonly (string Key, string Default, bool IsSecret, string Description)[] OfTheHost =
    [
        ("Urls", "http://localhost:5080", false, "The addresses the studio listens on."),
        ("AllowedHosts", "*", false, "Host headers that are answered."),
        ("TrustedProxies", "", false, "Addresses or networks whose X-Forwarded-* headers count."),
        ("ConnectionStrings:PromptCanvas", "", true, "The connection to PostgreSQL."),
        ("ConnectionStrings:PromptCanvas_FILE", "", false, "A file with the connection string, for mounted secrets."),
        ("Metrics:Token_FILE", "", false, "A file with the token that may read the metrics, for mounted secrets."),
        ("Cluster:Redis_FILE", "", false, "A file with the address of the Redis server, for mounted secrets."),
    ];

    public IReadOnlyList<SettingFacts> Read() =>
    [
        .. OfTheHost.Select(setting => Facts(setting.Key, setting.Default, setting.IsSecret, setting.Description)),
        .. sections.DistinctBy(section => section.Name).OrderBy(section => section.Name, StringComparer.Ordinal).SelectMany(section => Read(section.Name, section.Options)),
    ];

    private IEnumerable<SettingFacts> Read(string section, Type options)
    {
        var defaults = Activator.CreateInstance(options);
        foreach (var property in options.GetProperties().Where(property => property.SetMethod is not null))
        {
            var key = $"{section}:{property.Name}";
            if (IsSection(property.PropertyType))
            {
                foreach (var inner in Read(key, property.PropertyType))
                {
                    yield return inner;
                }
            }
            else
            {
                yield return Facts(key, Text(property.GetValue(defaults)), property.IsDefined(typeof(SecretAttribute)), descriptions.Of(property));
            }
        }
    }

    private static bool IsSection(Type type) => type.IsClass && type.Assembly.GetName().Name!.StartsWith("PromptCanvas", StringComparison.Ordinal);

    private static string Text(object? value) => value switch
    {
        null => "",
        string text => text,
        bool flag => flag ? "true" : "false",
        KeyValuePair<string, string> pair => $"{pair.Key} = {(pair.Value.Length > 0 ? pair.Value : "default")}",
        IEnumerable list => string.Join(", ", list.Cast<object>().Select(Text)),
        IFormattable number => number.ToString(null, CultureInfo.InvariantCulture),
        _ => value.ToString() ?? "",
    };

    private SettingFacts Facts(string key, string standard, bool isSecret, string description)
    {
        var source = SourceOf(key);
        return new SettingFacts(key, isSecret ? null : Configured(key) ?? standard, isSecret ? null : standard, source is not null, source, description);
    }

    // A list is configured by its elements, a table by its entries.
    private string? Configured(string key) =>
        configuration[key] ?? (configuration.GetSection(key).GetChildren().ToList() is { Count: > 0 } elements ? string.Join(", ", elements.Select(element => int.TryParse(element.Key, CultureInfo.InvariantCulture, out _) ? element.Value : Text(KeyValuePair.Create(element.Key, element.Value ?? "")))) : null);

    // The last provider with the key takes precedence.
    private string? SourceOf(string key) => configuration is IConfigurationRoot root ? SourceOf(root.Providers, key) : null;

    private static string? SourceOf(IEnumerable<IConfigurationProvider> providers, string key) => providers.Reverse()
        .Where(provider => provider.TryGet(key, out _) || provider.GetChildKeys([], key).Any()).Select(provider => NameOf(provider, key)).FirstOrDefault();

    private static string NameOf(IConfigurationProvider provider, string key) => provider switch
    {
        JsonConfigurationProvider file => file.Source.Path ?? "file",
        EnvironmentVariablesConfigurationProvider => "environment",
        CommandLineConfigurationProvider => "command line",
        StoredSettingsProvider => "database",
        ChainedConfigurationProvider { Configuration: IConfigurationRoot inner } => SourceOf(inner.Providers, key) ?? "host",
        _ => "host",
    };
}
