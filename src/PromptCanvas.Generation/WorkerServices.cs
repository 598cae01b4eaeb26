using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;

namespace PromptCanvas.Generation;

internal static class WorkerServices
{
    /// <summary>Adds a background service that runs only in the role of a worker.</summary>
    public static void AddServiceOfWorkers<TService>(this IServiceCollection services)
        where TService : class, IHostedService => services.AddSingleton<IHostedService>(provider =>
            provider.GetRequiredService<IOptions<StudioOptions>>().Value.IsWorker ? ActivatorUtilities.CreateInstance<TService>(provider) : new IdleService());
}
