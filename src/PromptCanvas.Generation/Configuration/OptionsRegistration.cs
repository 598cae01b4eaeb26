using System.ComponentModel.DataAnnotations;
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
        services.AddOptions<TOptions>().BindConfiguration(section).ValidateOnStart();
        services.AddSingleton<IOptionsMonitor<TOptions>, LastValidOptions<TOptions>>();
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>>(new AttributeCheck<TOptions>(section));
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
