using System.Net;
using Microsoft.AspNetCore.HttpOverrides;
using PromptCanvas.Generation.Configuration;
using IPNetwork = System.Net.IPNetwork;

namespace PromptCanvas.Web.Security;

/// <summary>Setting <c>TrustedProxies</c>: comma-separated addresses or networks (10.0.0.0/8) whose forwarded headers are trusted for the client's
/// address, scheme, host and path prefix. Without it no proxy is trusted, because any client can send the headers.</summary>
internal static class TrustedProxies
{
    private const string Setting = "TrustedProxies";

    public static IApplicationBuilder UseTrustedProxies(this IApplicationBuilder app, IConfiguration configuration)
    {
        var listed = (configuration[Setting] ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (listed.Length == 0)
        {
            return app;
        }

        var options = new ForwardedHeadersOptions
        {
            ForwardedHeaders = ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedProto | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedPrefix,
            ForwardLimit = null,
        };
        options.KnownIPNetworks.Clear();
        options.KnownProxies.Clear();
        foreach (var entry in listed)
        {
            if (IPNetwork.TryParse(entry, out var network))
            {
                options.KnownIPNetworks.Add(network);
            }
            else if (IPAddress.TryParse(entry, out var address))
            {
                options.KnownProxies.Add(address);
            }
            else
            {
                throw new StartupException($"Setting {Setting}: {entry} is neither an address nor a network such as 10.0.0.0/8.");
            }
        }

        return app.UseForwardedHeaders(options);
    }
}
