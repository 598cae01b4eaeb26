using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace PromptCanvas.Web.Features.Accounts;

/// <summary>Redirects to the OpenID provider and handles the return. Uses links instead of forms, because the CSP forbids forms that submit to other sites.</summary>
internal static class OpenIdEndpoints
{
    public static void AddOpenId(this IServiceCollection services, IConfiguration configuration)
    {
        services.AddOptions<OpenIdOptions>().BindConfiguration(OpenIdOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddScoped<OpenIdSignIn>();
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

    private static IResult Leave(string? returnUrl, IOptions<OpenIdOptions> options, SignInManager<Data.People.Person> signIn)
    {
        if (!options.Value.IsOn)
        {
            return TypedResults.NotFound();
        }

        var back = $"/sign-in/external/done?returnUrl={Uri.EscapeDataString(LocalAddress.Of(returnUrl))}";
        return TypedResults.Challenge(signIn.ConfigureExternalAuthenticationProperties(OpenIdSetup.SchemeName, back), [OpenIdSetup.SchemeName]);
    }

    private static async Task<IResult> ArriveAsync(string? returnUrl, IOptions<OpenIdOptions> options, OpenIdSignIn signIn, HttpContext context, CancellationToken cancellationToken)
    {
        if (!options.Value.IsOn)
        {
            return TypedResults.NotFound();
        }

        var isIn = await signIn.TryAsync(cancellationToken);
        await context.SignOutAsync(IdentityConstants.ExternalScheme);
        return TypedResults.LocalRedirect(isIn ? LocalAddress.Of(returnUrl) : OpenIdSetup.FailedAddress);
    }
}
