using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace PromptCanvas.Generation.Configuration;

public static class OptionsRegistration
{
    /// <summary>Binds a section, validates its attributes when the host starts, and lists its settings in the administration.</summary>
    public static void AddSettings<TOptions>(this IServiceCollection services, string section)
        where TOptions : class
    {
        services.AddOptions<TOptions>().Configure<IConfiguration>((options, configuration) => SettingValues.Bind(configuration, section, options)).ValidateOnStart();
        services.AddSingleton<IOptionsChangeTokenSource<TOptions>>(
            provider => new ConfigurationChangeTokenSource<TOptions>(Microsoft.Extensions.Options.Options.DefaultName, provider.GetRequiredService<IConfiguration>()));
        services.AddSingleton<IOptionsMonitor<TOptions>, LastValidOptions<TOptions>>();
        services.AddSingleton(new SettingsSection(section, typeof(TOptions)));
        services.AddSingleton<IValidateOptions<TOptions>>(new AttributeCheck<TOptions>(section));
    }

    private sealed class AttributeCheck<TOptions>(string section) : IValidateOptions<TOptions>
        where TOptions : class
    {
        public ValidateOptionsResult Validate(string? name, TOptions options) =>
            SettingValues.Faults(section, options) is { Count: > 0 } faults ? ValidateOptionsResult.Fail(faults) : ValidateOptionsResult.Success;
    }
}
