namespace PromptCanvas.Web.Features.Accounts;

/// <summary>What the account pages are made of.</summary>
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
