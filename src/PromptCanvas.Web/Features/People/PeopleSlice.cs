namespace PromptCanvas.Web.Features.People;

/// <summary>Registers the administration of people.</summary>
internal static class PeopleSlice
{
    public static void AddPeopleAdministration(this IServiceCollection services)
    {
        services.AddScoped<PeopleAdministration>();
        services.AddSingleton<PeopleOverview>();
        services.AddScoped<Invitations>();
        services.AddScoped<PersonRemoval>();
        services.AddScoped<CreditAdministration>();
        services.AddSingleton<LockAdministration>();
        services.AddSingleton<RecentUsage>();
    }
}
