using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Registers the services of the account pages.</summary>
internal static class AccountsRegistration
{
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<RegistrationOptions>(RegistrationOptions.Section);
        services.AddSingleton<FirstAdministrator>();
        services.AddSingleton<SignInLimits>();
        services.AddScoped<GuessLimits>();
        services.AddScoped<SecondFactor>();
        services.AddSingleton<KeyRevocation>();
        services.AddSingleton<DummyPassword>();
        services.AddScoped<PasswordSignIn>();
        services.AddSingleton<SignInChoices>();
        services.AddScoped<OwnSessions>();
        services.AddScoped<AccountDeletion>();
        services.AddSingleton<DigestLinks>();
        services.AddSingleton<DigestLetter>();
        services.AddSingleton<DigestService>();
        services.AddHostedService(provider => provider.GetRequiredService<DigestService>());
        services.AddOpenId(configuration);
    }
}
