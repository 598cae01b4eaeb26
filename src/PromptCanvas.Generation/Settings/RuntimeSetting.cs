using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Reflection;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Settings;

/// <summary>A setting that administrators may change while the studio runs.</summary>
public sealed class RuntimeSetting
{
    private readonly PropertyInfo property;

    private RuntimeSetting(string section, PropertyInfo property)
    {
        this.property = property;
        Section = section;
    }

    /// <summary>The section of the configuration.</summary>
    public string Section { get; }

    public string Key => $"{Section}:{property.Name}";

    /// <summary>The allowed values; empty if any text of the right form is allowed.</summary>
    public IReadOnlyList<string> Choices =>
        Type.IsEnum ? Enum.GetNames(Type) : Type == typeof(bool) ? ["true", "false"] : [];

    public bool IsNumber => Type == typeof(int);

    /// <summary>The bounds of a number.</summary>
    public (object Minimum, object Maximum)? Range => property.GetCustomAttribute<RangeAttribute>() is { } range ? (range.Minimum, range.Maximum) : null;

    private Type Type => property.PropertyType;

    /// <summary>All settings of a section that may change.</summary>
    public static IEnumerable<RuntimeSetting> Of(SettingsSection section)
    {
        ArgumentNullException.ThrowIfNull(section);
        return section.Options.GetProperties().Where(property => property.IsDefined(typeof(RuntimeSettingAttribute)))
            .Select(property => new RuntimeSetting(section.Name, property));
    }

    /// <summary>The value in its stored form, or why it is invalid.</summary>
    public Result<string> Read(string? text)
    {
        var entered = text?.Trim() ?? "";
        return Parse(entered) is { } value && property.GetCustomAttributes<ValidationAttribute>().All(check => check.IsValid(value))
            ? TextOf(value)
            : new InvalidInput(Key, Sentence(entered));
    }

    private static string TextOf(object value) => value switch
    {
        bool flag => flag ? "true" : "false",
        TimeSpan time => time.ToString("c", CultureInfo.InvariantCulture),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private object? Parse(string text)
    {
        if (Choices is { Count: > 0 } choices)
        {
            // Only names: an enumeration would also accept numbers.
            return choices.FirstOrDefault(choice => choice.Equals(text, StringComparison.OrdinalIgnoreCase)) is not { } chosen ? null
                : Type.IsEnum ? Enum.Parse(Type, chosen) : bool.Parse(chosen);
        }

        if (IsNumber)
        {
            return int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
        }

        if (Type == typeof(TimeSpan))
        {
            // A number alone would count as days.
            return text.Contains(':', StringComparison.Ordinal) && TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var time) ? time : null;
        }

        return text;
    }

    private string Sentence(string entered)
    {
        if (Choices is { Count: > 0 } choices)
        {
            return $"Choose one of {string.Join(", ", choices)}.";
        }

        return Range switch
        {
            ({ } minimum, { } maximum) when IsNumber => string.Create(CultureInfo.InvariantCulture, $"Enter a whole number from {minimum} to {maximum}."),
            ({ } minimum, { } maximum) => $"Enter a time from {minimum} to {maximum}, for example 1.00:00:00 for one day or 12:00:00 for twelve hours.",
            null => property.GetCustomAttributes<ValidationAttribute>().Select(check => check.FormatErrorMessage(Excerpt.Of(entered))).FirstOrDefault() ?? "This is not a value of this setting.",
        };
    }
}
