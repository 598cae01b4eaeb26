using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Redirects to the OpenID provider and handles the return. Uses links instead of forms, because the CSP forbids forms that submit to other sites.</summary>
internal static class OpenIdEndpoints
{
    public static void AddOpenId(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddSettings<OpenIdOptions>(OpenIdOptions.Section);
        services.AddScoped<OpenIdSignIn>();
        services.AddScoped<OpenIdClaims>();
        if (!string.IsNullOrWhiteSpace(configuration[$"{OpenIdOptions.Section}:{nameof(OpenIdOptions.Authority)}"]))
        {
            services.AddSingleton<IConfigureOptions<OpenIdConnectOptions>, OpenIdSetup>();
            services.AddAuthentication().AddOpenIdConnect(OpenIdSetup.SchemeName, _ => { });
        }
    }

    public static void MapOpenId(this IEndpointRouteBuilder app)
    {
        app.MapGet("/sign-in/external", Leave).AllowAnonymous().ExcludeFromDescription();
        app.MapGet("/sign-in/external/done", ArriveAsync).AllowAnonymous().ExcludeFromDescription();
    }

    // With "again" the provider asks for its own proof, even of a person who is already signed in there.
    private static IResult Leave(string? returnUrl, bool? again, HttpRequest request, IOptions<OpenIdOptions> options, SignInManager<Data.People.Person> signIn)
    {
        if (!options.Value.IsOn)
        {
            return TypedResults.NotFound();
        }

        var back = $"{request.PathBase}/sign-in/external/done?returnUrl={Uri.EscapeDataString(LocalAddress.Of(returnUrl, request.PathBase))}";
        var leaving = signIn.ConfigureExternalAuthenticationProperties(OpenIdSetup.SchemeName, back);
        if (again is true)
        {
            leaving.SetParameter(OpenIdConnectParameterNames.Prompt, OpenIdConnectPrompt.Login);
        }

        return TypedResults.Challenge(leaving, [OpenIdSetup.SchemeName]);
    }

    private static async Task<IResult> ArriveAsync(string? returnUrl, IOptions<OpenIdOptions> options, OpenIdSignIn signIn, HttpContext context, CancellationToken cancellationToken)
    {
        if (!options.Value.IsOn)
        {
            return TypedResults.NotFound();
        }

        var isIn = await signIn.TryAsync(cancellationToken);
        await context.SignOutAsync(IdentityConstants.ExternalScheme);
        return TypedResults.LocalRedirect(isIn ? LocalAddress.Of(returnUrl, context.Request.PathBase) : context.Request.PathBase + OpenIdSetup.FailedAddress);
    }
}
