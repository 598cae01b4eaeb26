using Microsoft.AspNetCore.Diagnostics.HealthChecks;

using PromptCanvas.Web.Components;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Features.Gallery;
using PromptCanvas.Web.Features.Jobs;
using PromptCanvas.Web.Features.Previews;

namespace PromptCanvas.Web.Hosting;

/// <summary>A request's way through the studio.</summary>
internal static class StudioPipeline
{
    // What cannot be read is the caller's mistake in every environment.
    private static ExceptionHandlerOptions Faults => new()
    {
        StatusCodeSelector = fault => fault is BadHttpRequestException bad ? bad.StatusCode : StatusCodes.Status500InternalServerError,
    };

    public static WebApplication UseStudio(this WebApplication app)
    {
        app.UseSecurityHeaders();
        app.UseWhen(IsProgram, program => program.UseExceptionHandler(Faults).UseStatusCodePages());
        app.UseWhen(context => !IsProgram(context), page =>
        {
            page.UseExceptionHandler("/error", createScopeForErrors: true);
            page.UseStatusCodePagesWithReExecute("/not-found", createScopeForStatusCodePages: true);
        });
        app.UseRouting();
        app.UseWebSocketOriginCheck();
        app.UseAntiforgery();

        app.MapStaticAssets();
        app.MapRazorComponents<App>().AddInteractiveServerRenderMode(options => options.ContentSecurityFrameAncestorsPolicy = "'none'");
        app.MapHub<GenerationHub>("/hubs/generation");
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
        app.MapHealthChecks("/health/ready");

        var api = app.MapGroup("/api");
        api.MapCreate();
        api.MapJobs();
        api.MapImages();
        return app;
    }

    // Programs get problem details, people get pages.
    private static bool IsProgram(HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api")
        || context.Request.Path.StartsWithSegments("/hubs")
        || context.Request.Path.StartsWithSegments("/_blazor")
        || context.Request.Path.StartsWithSegments("/health");
}
