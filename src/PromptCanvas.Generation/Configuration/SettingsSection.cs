namespace PromptCanvas.Generation.Configuration;

/// <summary>A section of the configuration and the record that it is bound to. The administration lists the settings of all of them.</summary>
public sealed record SettingsSection(string Name, Type Options);

/// <summary>Marks a setting whose value is never shown.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class SecretAttribute : Attribute;

/// <summary>Marks a setting that administrators may change while the studio runs. All code reads it through <c>IOptionsMonitor</c>, each time it is needed.</summary>
[AttributeUsage(AttributeTargets.Property)]
public sealed class RuntimeSettingAttribute : Attribute;
