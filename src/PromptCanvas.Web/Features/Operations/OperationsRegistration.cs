using System.Diagnostics.Metrics;

using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

using PromptCanvas.Generation.Nodes;
using PromptCanvas.Generation.Supervision;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Operations;

/// <summary>Registers the operations pages and metrics. Metrics leave the machine only when <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names a collector.</summary>
internal static class OperationsRegistration
{
    private const string CollectorSetting = "OTEL_EXPORTER_OTLP_ENDPOINT";

    // .NET's own metrics: requests, the process, and ASP.NET Core's authentication and sessions.
    private static readonly string[] PlatformMeters = ["Microsoft.AspNetCore.Hosting", "Microsoft.AspNetCore.Server.Kestrel", "Microsoft.AspNetCore.Components", "System.Runtime"];

    public static void AddOperations(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<OptionDescriptions>();
        services.AddSingleton<SettingsService>();
        services.AddSingleton(provider => new StudioMetrics(
            provider.GetRequiredService<IMeterFactory>(),
            () => provider.GetRequiredService<LiveConnections>().Count,
            () => provider.GetRequiredService<BackgroundFaults>().Counts,
            () => provider.GetRequiredService<IMachines>().Counts));
        services.AddSingleton<MetricsCollector>();
        services.AddHostedService(provider => provider.GetRequiredService<MetricsCollector>());
        var telemetry = services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService("promptcanvas"))
            .WithMetrics(metrics => metrics.AddMeter(StudioMetrics.MeterName).AddMeter(PlatformMeters).AddPrometheusExporter());
        if (!string.IsNullOrEmpty(configuration[CollectorSetting]))
        {
            telemetry.WithMetrics(metrics => metrics.AddOtlpExporter()).WithTracing(tracing => tracing.AddSource("Microsoft.AspNetCore").AddOtlpExporter());
        }
    }

    public static void MapOperations(this IEndpointRouteBuilder app) =>
        app.MapPrometheusScrapingEndpoint("/metrics").RequireAuthorization(Policies.Metrics);
}
