using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace PromptCanvas.Generation.Configuration;

/// <summary>Reads a section of the configuration into its options, and says in one sentence what is wrong with a value.</summary>
public static class SettingValues
{
    // A RangeAttribute is shared by all hosts of a process and converts its bounds in place on first use. Two hosts that start concurrently
    // could read half-converted bounds.
    private static readonly Lock OneAtATime = new();

    /// <summary>The valid options of a section, for programs without a host.</summary>
    /// <exception cref="OptionsValidationException">A value has the wrong form or is not allowed; the message names the setting.</exception>
    public static TOptions Read<TOptions>(IConfiguration configuration, string section)
        where TOptions : class, new()
    {
        var options = new TOptions();
        Bind(configuration, section, options);
        return Faults(section, options) is { Count: > 0 } faults ? throw new OptionsValidationException(section, typeof(TOptions), faults) : options;
    }

    /// <exception cref="OptionsValidationException">A value has the wrong form; the message names the setting and what it takes.</exception>
    internal static void Bind<TOptions>(IConfiguration configuration, string section, TOptions options)
        where TOptions : class
    {
        ArgumentNullException.ThrowIfNull(configuration);
        var values = configuration.GetSection(section);
        try
        {
            values.Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            var wrong = typeof(TOptions).GetProperties().Select(property => Fault(values, property)).OfType<string>().FirstOrDefault();
            throw new OptionsValidationException(section, typeof(TOptions), [wrong ?? $"Setting {section}: {fault.Message}"]);
        }
    }

    /// <summary>What the options' attributes refuse; one sentence each.</summary>
    internal static List<string> Faults<TOptions>(string section, TOptions options)
        where TOptions : class
    {
        var faults = new List<ValidationResult>();
        lock (OneAtATime)
        {
            Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true);
        }

        return faults.ConvertAll(fault => $"Setting {section}: {fault.ErrorMessage}");
    }

    private static string? Fault(IConfigurationSection section, PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (section[property.Name] is not { Length: > 0 } text || IsRead(TypeDescriptor.GetConverter(type), text))
        {
            return null;
        }

        var takes = type.IsEnum ? string.Join(" or ", Enum.GetNames(type))
            : type == typeof(bool) ? "true or false"
            : type == typeof(TimeSpan) ? "a time such as 00:00:30"
            : "a number";
        return $"Setting {section.Path}:{property.Name} takes {takes}, not \"{text}\".";
    }

    private static bool IsRead(TypeConverter converter, string text)
    {
        try
        {
            return !converter.CanConvertFrom(typeof(string)) || converter.ConvertFromInvariantString(text) is not null;
        }
        catch (Exception fault) when (fault is FormatException or ArgumentException or NotSupportedException)
        {
            return false;
        }
    }
}
