using System.Net.Mime;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using PromptCanvas.Web.Features.Accounts;
using PromptCanvas.Web.Features.Bias;
using PromptCanvas.Web.Features.Blend;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Features.Datasets;
using PromptCanvas.Web.Features.Gallery;
using PromptCanvas.Web.Features.Jobs;
using PromptCanvas.Web.Features.Mcp;
using PromptCanvas.Web.Features.Moderation;
using PromptCanvas.Web.Features.OpenAi;
using PromptCanvas.Web.Features.Operations;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Features.Provenance;
using PromptCanvas.Web.Features.Sharing;
using PromptCanvas.Web.Features.Styles;
using PromptCanvas.Web.Features.Uploads;
using PromptCanvas.Web.Features.Usage;
using PromptCanvas.Web.Features.Verify;
using PromptCanvas.Web.HandOver;
using PromptCanvas.Web.Results;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Hosting;

/// <summary>The request pipeline.</summary>
internal static class StudioPipeline
{
    // A balancer takes 503 for "send nobody" and 404 for an instance that leaves on purpose and keeps its own browsers. One whose pages have moved is
    // not unhealthy: each check would be logged as an error.
    private static HealthCheckOptions Readiness => new()
    {
        ResponseWriter = (context, report) =>
        {
            if (context.RequestServices.GetRequiredService<Drain>().IsClosed)
            {
                context.Response.StatusCode = StatusCodes.Status503ServiceUnavailable;
            }

            context.Response.ContentType = MediaTypeNames.Text.Plain;
            return context.Response.WriteAsync($"{report.Status}");
        },
        ResultStatusCodes =
        {
            [HealthStatus.Healthy] = StatusCodes.Status200OK,
            [HealthStatus.Degraded] = StatusCodes.Status404NotFound,
            [HealthStatus.Unhealthy] = StatusCodes.Status503ServiceUnavailable,
        },
    };

    public static WebApplication UseStudio(this WebApplication app)
    {
        app.UsePageLanguage();
        app.UseTrustedProxies(app.Configuration);
        app.UseSubPath(app.Configuration);
        app.UseAllowedHosts(app.Configuration);
        app.UseSecurityHeaders();
        app.UseHeadRequests();
        app.UseWhen(RequestClass.IsOpenAi, openAi => openAi.UseOpenAi());
        app.UseWhen(context => RequestClass.IsProgram(context) && !RequestClass.IsOpenAi(context), program => program.UseExceptionHandler(Faults(app.Services)).UseStatusCodePages());
        app.UseWhen(context => !RequestClass.IsProgram(context), page =>
        {
            var ofPages = Faults(app.Services);
            (ofPages.ExceptionHandlingPath, ofPages.CreateScopeForErrors) = ("/error", true);
            page.UseExceptionHandler(ofPages);
            page.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        });
        app.UseRouting();
        app.UseAddressCheck();
        app.UseWebSocketOriginCheck();
        app.UseAuthentication();
        app.UsePersonLanguage();
        app.UseBaseAddressHint();
        app.UseRateLimiter();
        app.UseWhen(RequestClass.IsOpenAi, openAi => openAi.UseOpenAiAllowance());
        app.UseAuthorization();
        app.UseLineLimits();
        app.UseLiveConnections();
        app.UseFormCheck();
        app.UseAntiforgery();

        app.MapStaticAssets().AllowAnonymous();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'");
        app.MapHub<GenerationHub>("/hubs/generation").RequireAuthorization(Policies.Read);
        app.MapHealth();

        var api = app.MapGroup("/api").RefuseForeignWrites();
        api.MapCreate();
        api.MapJobs();
        api.MapJobEvents();
        api.MapQuota();
        api.MapPictures();
        api.MapUploads();
        api.MapBlendPreviews();
        api.MapStyles();
        api.MapProvenance();
        api.MapVerify();
        api.MapBias();
        api.MapDatasets();
        app.MapOpenAi();
        app.MapMcpServer();
        app.MapPasskeys();
        app.MapSession();
        app.MapExport();
        app.MapUnsubscribe();
        app.MapOpenId();
        app.MapSharing();
        app.MapUsage();
        app.MapModeration();
        app.MapOperations();
        app.MapOpenApi().AllowAnonymous();
        return app;
    }

    /// <summary>The pipeline of a process that only makes pictures: health checks and metrics, nothing else.</summary>
    public static WebApplication UseWorker(this WebApplication app)
    {
        app.UseTrustedProxies(app.Configuration);
        app.UseAllowedHosts(app.Configuration);
        app.UseSecurityHeaders();
        app.UseRouting();
        app.UseKnownPathsOnly();
        app.UseAuthentication();
        app.UseAuthorization();
        app.MapHealth();
        app.MapOperations();
        return app;
    }

    // A request that cannot be parsed is a client error in every environment, and one that needs an unavailable store is logged in one line.
    private static ExceptionHandlerOptions Faults(IServiceProvider services)
    {
        var stores = services.GetRequiredService<StoreFaults>();
        return new ExceptionHandlerOptions
        {
            StatusCodeSelector = fault => fault is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
            SuppressDiagnosticsCallback = failed => failed.Exception is BadHttpRequestException || stores.RefusalOf(failed.Exception) is not null,
        };
    }

    private static void MapHealth(this WebApplication app)
    {
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false }).AllowAnonymous();
        app.MapHealthChecks("/health/ready", Readiness).AllowAnonymous();
    }

    // Otherwise authorization would send people to a sign-in page that does not exist here.
    private static void UseKnownPathsOnly(this WebApplication app) => app.Use((context, next) =>
    {
        if (context.GetEndpoint() is not null)
        {
            return next(context);
        }

        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    });
}
