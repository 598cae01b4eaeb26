namespace PromptCanvas.Web.Features.People;

/// <summary>What administration of people is made of.</summary>
internal static class PeopleSlice
{
    public static void AddPeopleAdministration(this IServiceCollection services)
    {
        services.AddScoped<PeopleAdministration>();
        services.AddScoped<CreditAdministration>();
    }
}
