using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Reflection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PromptCanvas.Generation.Configuration;

public static class OptionsRegistration
{
    // A RangeAttribute is shared by all hosts of a process and converts its bounds in place on first use. Two hosts that start concurrently
    // could read half-converted bounds.
    private static readonly Lock OneAtATime = new();

    /// <summary>Binds a section, validates its attributes when the host starts, and lists its settings in the administration.</summary>
    public static void AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().Configure<IConfiguration>((options, configuration) => Bind(configuration.GetSection(section), options)).ValidateOnStart();
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(
            provider => new ConfigurationChangeTokenSource<TOptions>(Microsoft.Extensions.Options.Options.DefaultName, provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<IOptionsMonitor<TOptions>, LastValidOptions<TOptions>>();
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>>(new AttributeCheck<TOptions>(section));
    }

    /// <exception cref="OptionsValidationException">A value has the wrong form; the message names the setting and what it takes.</exception>
    private static void Bind<TOptions>(IConfigurationSection section, TOptions options)
        where TOptions : class
    {
        try
        {
            section.Bind(options);
        }
        catch (InvalidOperationException fault)
        {
            var wrong = typeof(TOptions).GetProperties().Select(property => Fault(section, property)).OfType<string>().FirstOrDefault();
            throw new OptionsValidationException(section.Path, typeof(TOptions), [wrong ?? $"Setting {section.Path}: {fault.Message}"]);
        }
    }

    private static string? Fault(IConfigurationSection section, PropertyInfo property)
    {
        var type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        if (section[property.Name] is not { Length: > 0 } text || TypeDescriptor.GetConverter(type) is var converter && IsRead(converter, text))
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

    private sealed class AttributeCheck<TOptions>(string section) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options)
        {
            var faults = new List<ValidationResult>();
            lock (OneAtATime)
            {
                return Check(options, faults);
            }
        }

        private ValidateOptionsResult Check(TOptions options, List<ValidationResult> faults) =>
            Validator.TryValidateObject(options, new ValidationContext(options), faults, validateAllProperties: true)
                ? ValidateOptionsResult.Success
                : ValidateOptionsResult.Fail(faults.Select(fault => $"Setting {section}: {fault.ErrorMessage}"));
    }
}
