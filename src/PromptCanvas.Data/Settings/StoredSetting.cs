namespace PromptCanvas.Data.Settings;

/// <summary>A setting that an administrator changed while the studio ran. It overrides the settings file; the environment overrides it.</summary>
public sealed class StoredSetting
{
    /// <summary>The configuration key, such as <c>Quotas:DefaultCredits</c>.</summary>
    public required string Key { get; init; }

    /// <summary>As it would be written in the environment.</summary>
    public required string Value { get; set; }

    public required DateTimeOffset ChangedAt { get; set; }
}
