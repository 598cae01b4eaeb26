using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.RateLimiting;
using Microsoft.Extensions.Options;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Web.Results;

namespace PromptCanvas.Web.Security;

/// <summary>Registers authentication and authorization.</summary>
internal static class SecurityRegistration
{
    private const string CookieName = "promptcanvas";
    private const string SelectingScheme = "Studio";

    public static void AddStudioSecurity(this IServiceCollection services)
    {
        services.AddAuthentication(SelectingScheme)
            .AddPolicyScheme(SelectingScheme, null, options => options.ForwardDefaultSelector = SchemeOf)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyHandler.SchemeName, null)
            .AddIdentityCookies(cookies => cookies.ApplicationCookie?.Configure(ConfigureCookie));
        services.AddAuthorization(Policies.Configure);
        services.AddAntiforgery(options =>
        {
            options.HeaderName = "RequestVerificationToken";
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        });
        services.AddCascadingAuthenticationState();
        services.AddPeople().AddSignInManager().AddDefaultTokenProviders()
            .AddTokenProvider<AuthenticatorCodes>(TokenOptions.DefaultAuthenticatorProvider);
        services.Configure<IdentityOptions>(options => options.SignIn.RequireConfirmedAccount = true);
        services.AddScoped<IUserConfirmation<Person>, NotSuspended>();
        services.AddScoped<PersonCookieEvents>();
        services.AddSingleton<SessionProof>();
        services.AddSingleton<SessionLog>();
        services.AddSingleton<AttemptSources>();
        services.AddSingleton<PersonStates>();
        services.AddSingleton<LiveConnections>();
        services.AddHostedService(provider => provider.GetRequiredService<LiveConnections>());
        services.AddSingleton<SessionNews>();
        services.AddHostedService(provider => provider.GetRequiredService<SessionNews>());
        services.AddSingleton<Sessions>();
        services.AddSettings<MetricsOptions>(MetricsOptions.Section);
        services.AddSingleton<MetricsAccess>();
        services.AddScoped<PersonChanges>();
        services.AddSettings<LineOptions>(LineOptions.Section);
        services.AddSingleton(provider => new LineLimits(provider.GetRequiredService<IOptions<LineOptions>>()));
        services.AddSingleton<RefusalAudit>();
        services.AddHostedService<RefusalAuditService>();
        services.AddSettings<RateLimitOptions>(RateLimitOptions.Section);
        services.AddSettings<TlsOptions>(TlsOptions.Section);
        services.AddAllowedHosts();
        services.AddSingleton<RetrySpread>();
        services.AddSingleton<TokenBuckets>();
        services.AddSingleton<RateLimits>();
        services.AddSingleton<IConfigureOptions<RateLimiterOptions>>(provider => provider.GetRequiredService<RateLimits>());
        services.AddRateLimiter(_ => { });
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessResults>();
        services.AddScoped<ICurrentActor, CurrentActor>();
        services.AddScoped<AdministratorActs>();
    }

    /// <summary>Tracks long-lived connections.</summary>
    public static IApplicationBuilder UseLiveConnections(this IApplicationBuilder app) => app.Use((context, next) =>
        StaysOpen(context.Request.Path) ? context.RequestServices.GetRequiredService<LiveConnections>().RunAsync(context, next) : next(context));

    // Pages and hubs, API clients waiting for pictures, and job event streams.
    private static bool StaysOpen(PathString path) =>
        path.StartsWithSegments("/hubs") || path.StartsWithSegments("/_blazor") || path.StartsWithSegments("/v1/images") || path.StartsWithSegments("/mcp")
        || (path.StartsWithSegments("/api/jobs") && path.Value!.EndsWith("/events", StringComparison.OrdinalIgnoreCase));

    // API keys authorize the API only, not pages.
    private static string SchemeOf(HttpContext context) =>
        RequestClass.IsOpenAi(context) || (RequestClass.TakesKeys(context) && ApiKeyHandler.IsUsedBy(context.Request)) ? ApiKeyHandler.SchemeName : IdentityConstants.ApplicationScheme;

    private static void ConfigureCookie(CookieAuthenticationOptions options)
    {
        options.Cookie.Name = CookieName;
        options.Cookie.HttpOnly = true;
        options.Cookie.SameSite = SameSiteMode.Lax;

        // Sign-in must also work over plain HTTP, on localhost and in a local network.
        options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        options.CookieManager = new HostCookies();
        options.LoginPath = "/sign-in";
        options.ReturnUrlParameter = "returnUrl";
        options.ExpireTimeSpan = TimeSpan.FromDays(14);
        options.SlidingExpiration = true;
        options.EventsType = typeof(PersonCookieEvents);
    }

    /// <summary>Refuses sign-in to suspended people, even with the right password.</summary>
    private sealed class NotSuspended : IUserConfirmation<Person>
    {
        public Task<bool> IsConfirmedAsync(UserManager<Person> manager, Person user) => Task.FromResult(user.SuspendedAt is null);
    }
}
