using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Time.Testing;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A studio whose time the test moves, and whose browsers have addresses of their own.</summary>
public sealed class PlacedStudio : IAsyncDisposable
{
    private const string AddressHeader = "X-Test-Address";

    public PlacedStudio() => Studio = new Studio
    {
        Change = services =>
        {
            services.Replace(ServiceDescriptor.Singleton<TimeProvider>(Clock));
            services.AddSingleton<IStartupFilter, Placement>();
        },
    };

    public FakeTimeProvider Clock { get; } = new(TimeProvider.System.GetUtcNow());

    public Studio Studio { get; }

    public HttpClient BrowserAt(string address, string? cookie = null)
    {
        var browser = Studio.Browser(cookie);
        browser.DefaultRequestHeaders.Add(AddressHeader, address);
        return browser;
    }

    public ValueTask DisposeAsync() => Studio.DisposeAsync();

    private sealed class Placement : IStartupFilter
    {
        public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
        {
            app.Use((context, following) =>
            {
                if (IPAddress.TryParse(context.Request.Headers[AddressHeader], out var address))
                {
                    context.Connection.RemoteIpAddress = address;
                }

                return following(context);
            });
            next(app);
        };
    }
}
