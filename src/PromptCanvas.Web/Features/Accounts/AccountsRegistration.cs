namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Registers the services of the account pages.</summary>
internal static class AccountsRegistration
{
    public static void AddAccounts(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<RegistrationOptions>().BindConfiguration(RegistrationOptions.Section).ValidateOnStart();
        services.AddSingleton<FirstAdministrator>();
        services.AddSingleton<SignInLimits>();
        services.AddScoped<PasswordSignIn>();
        services.AddOpenId(configuration);
    }
}
