namespace PromptCanvas.Web.Features.Machines;

/// <summary>Registers the administration of machines.</summary>
internal static class MachinesRegistration
{
    public static void AddMachineAdministration(this IServiceCollection services) => services.AddScoped<MachineAdministration>();
}
