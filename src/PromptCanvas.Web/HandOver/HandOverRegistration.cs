using Microsoft.AspNetCore.Components.Server.Circuits;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting.Internal;
using PromptCanvas.Generation.Configuration;

namespace PromptCanvas.Web.HandOver;

internal static class HandOverRegistration
{
    public static void AddHandOver(this IServiceCollection services)
    {
        services.AddSettings<DrainOptions>(DrainOptions.Section);
        services.AddSingleton<Drain>();
        services.AddSingleton<OpenPages>();
        services.AddScoped<CircuitHandler, PageTracker>();
        services.AddHostedService<PageHandOver>();
        services.Replace(ServiceDescriptor.Singleton<IHostLifetime>(provider => provider.GetRequiredService<Drain>().IsPossible
            ? ActivatorUtilities.CreateInstance<DrainingLifetime>(provider)
            : ActivatorUtilities.CreateInstance<ConsoleLifetime>(provider)));
    }
}
