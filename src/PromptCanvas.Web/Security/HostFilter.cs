using Microsoft.AspNetCore.HostFiltering;
using Microsoft.Extensions.Options;

namespace PromptCanvas.Web.Security;

/// <summary>Setting <c>AllowedHosts</c>: the Host headers that are answered, separated by semicolons; <c>*</c> = all. Health checks are always answered,
/// because balancers send them to an address and not to a name.</summary>
internal static class HostFilter
{
    private const string Setting = "AllowedHosts";
    private const string Any = "*";

    /// <summary>Disables ASP.NET Core's own filter, which has no exceptions; <see cref="UseAllowedHosts"/> replaces it.</summary>
    public static void AddAllowedHosts(this IServiceCollection services) =>
        services.Configure<HostFilteringOptions>(options => options.AllowedHosts = [Any]);

    public static IApplicationBuilder UseAllowedHosts(this IApplicationBuilder app, IConfiguration configuration)
    {
        var hosts = (configuration[Setting] ?? "").Split(';', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return hosts.Length == 0 || hosts.Contains(Any)
            ? app
            : app.UseWhen(
                context => !context.Request.Path.StartsWithSegments("/health"),
                filtered => filtered.UseMiddleware<HostFilteringMiddleware>(new Fixed(new HostFilteringOptions { AllowedHosts = hosts })));
    }

    private sealed class Fixed(HostFilteringOptions options) : IOptionsMonitor<HostFilteringOptions>
    {
        public HostFilteringOptions CurrentValue => options;

        public HostFilteringOptions Get(string? name) => options;

        public IDisposable? OnChange(Action<HostFilteringOptions, string?> listener) => null;
    }
}
