using Microsoft.Extensions.Options;
using PromptCanvas.Generation;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Hosting;

/// <summary>Builds and starts the web application. If it cannot start, prints the reason in one sentence.</summary>
internal static class StudioHost
{
    private const string HostCategory = "Microsoft.Extensions.Hosting.Internal.Host";

    // Full request URLs with their query strings: they contain link tokens and prompts.
    private const string AddressesCategory = "Microsoft.AspNetCore.Hosting.Diagnostics";

    // An error of each check while a node is not ready. The causes are logged once, by the services that notice them.
    private const string ReadinessCategory = "Microsoft.Extensions.Diagnostics.HealthChecks";

    // The stack trace of every refusal. HubFaults and HubStreams log what matters.
    private const string HubCategory = "Microsoft.AspNetCore.SignalR.Internal.DefaultHubDispatcher";

    public static async Task<int> RunStudioAsync(this WebApplicationBuilder builder)
    {
        // The host logs a failed start with its stack trace before it throws. The sentence below replaces that output.
        var started = false;
        builder.Logging.AddFilter(HostCategory, level => started && level >= LogLevel.Information);
        builder.Logging.AddFilter(AddressesCategory, LogLevel.Warning);
        builder.Logging.AddFilter(ReadinessCategory, LogLevel.Critical);
        builder.Logging.AddFilter(HubCategory, LogLevel.Critical);
        builder.AddStudio();

        try
        {
            await using var app = builder.Build();
            await app.Services.PrepareGenerationAsync();
            _ = app.Services.GetRequiredService<MetricsAccess>();
            var isWeb = app.Services.GetRequiredService<IOptions<StudioOptions>>().Value.IsWeb;
            var setupToken = isWeb ? await app.Services.GetRequiredService<FirstAdministrator>().PrepareAsync(CancellationToken.None) : null;
            _ = isWeb ? app.UseStudio() : app.UseWorker();
            _ = app.Services.GetRequiredService<UnobservedFaults>();
            await app.StartAsync();
            started = true;
            if (setupToken is not null)
            {
                await Console.Out.WriteLineAsync(SetupLink.Sentence(app.Urls, setupToken));
            }

            await app.WaitForShutdownAsync();
            return ExitCodeOf(app.Services);
        }
        catch (Exception fault) when (StartupFault.Explain(fault, builder.Configuration) is { } sentence && !started)
        {
            await Console.Error.WriteLineAsync(sentence);
            return 1;
        }
    }

    // The host itself exits with 0 when a library's background service stopped it.
    internal static int ExitCodeOf(IServiceProvider services) =>
        services.GetServices<IHostedService>().OfType<BackgroundService>().Any(service => service.ExecuteTask is { IsFaulted: true })
            ? ProcessExit.Fault
            : services.GetRequiredService<ProcessExit>().Code;
}
