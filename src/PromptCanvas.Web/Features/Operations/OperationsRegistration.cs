namespace PromptCanvas.Web.Features.Operations;

/// <summary>What looking after an installation is made of.</summary>
internal static class OperationsRegistration
{
    public static void AddOperations(this IServiceCollection services) => services.AddSingleton<SettingsBook>();
}
