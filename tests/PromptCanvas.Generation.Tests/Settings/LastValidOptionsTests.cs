using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Generation.Tests.Settings;

public sealed class LastValidOptionsTests
{
    [Theory]
    [InlineData("-1")]
    [InlineData("many")]
    public async Task Change_ToAnInvalidValue_IsIgnored_UntilItIsMended(string wrong)
    {
        var configuration = new ConfigurationManager { ["Quotas:DefaultCredits"] = "100" };
        await using var services = Services(configuration);
        var options = services.GetRequiredService<IOptionsMonitor<QuotaOptions>>();
        Assert.Equal(100, options.CurrentValue.DefaultCredits);

        Set(configuration, wrong);
        Assert.Equal(100, options.CurrentValue.DefaultCredits);
        Set(configuration, "300");

        Assert.Equal(300, options.CurrentValue.DefaultCredits);
    }

    [Fact]
    public async Task OnChange_IsNotSupported_BecauseOptionsAreReadWhenNeeded()
    {
        await using var services = Services(new ConfigurationManager());

        Assert.Throws<NotSupportedException>(() => services.GetRequiredService<IOptionsMonitor<QuotaOptions>>().OnChange(_ => { }));
    }

    [Fact]
    public async Task First_InvalidValue_Throws()
    {
        await using var services = Services(new ConfigurationManager { ["Quotas:DefaultCredits"] = "-1" });

        Assert.Throws<OptionsValidationException>(() => services.GetRequiredService<IOptionsMonitor<QuotaOptions>>().CurrentValue);
    }

    private static ServiceProvider Services(ConfigurationManager configuration)
    {
        var services = new ServiceCollection().AddLogging().AddSingleton<IConfiguration>(configuration);
        services.AddSettings<QuotaOptions>(QuotaOptions.Section);
        return services.BuildServiceProvider();
    }

    private static void Set(ConfigurationManager configuration, string value)
    {
        configuration["Quotas:DefaultCredits"] = value;
        ((IConfigurationRoot)configuration).Reload();
    }
}
