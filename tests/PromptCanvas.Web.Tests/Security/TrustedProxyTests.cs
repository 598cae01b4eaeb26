using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Web.Security;

namespace PromptCanvas.Web.Tests.Security;

public sealed class TrustedProxyTests
{
    [Theory]
    [InlineData("10.1.2.3", "10.1.2.3", "198.51.100.7", "https")]
    [InlineData("10.0.0.0/8", "10.1.2.3", "198.51.100.7", "https")]
    [InlineData("10.0.0.0/8, 192.0.2.1", "192.0.2.1", "198.51.100.7", "https")]
    [InlineData("10.0.0.0/8", "192.0.2.1", "192.0.2.1", "http")]
    [InlineData("", "127.0.0.1", "127.0.0.1", "http")]
    public async Task ForwardedHeaders_CountFromListedProxiesOnly(string listed, string from, string expectedAddress, string expectedScheme)
    {
        var context = await RunAsync(listed, from);

        Assert.Equal(expectedAddress, context.Connection.RemoteIpAddress?.ToString());
        Assert.Equal(expectedScheme, context.Request.Scheme);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "10.1.2.3", "/studio")]
    [InlineData("10.0.0.0/8", "192.0.2.1", "")]
    public async Task ForwardedPrefix_CountsFromListedProxiesOnly(string listed, string from, string expected) =>
        Assert.Equal(expected, (await RunAsync(listed, from)).Request.PathBase.ToString());

    [Fact]
    public async Task Setting_ThatIsNoAddress_StopsTheStart() =>
        await Assert.ThrowsAsync<StartupException>(() => RunAsync("proxy.example", "127.0.0.1"));

    private static async Task<HttpContext> RunAsync(string listed, string from)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["TrustedProxies"] = listed }).Build();
        await using var services = new ServiceCollection().AddLogging().AddOptions().BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseTrustedProxies(configuration);
        app.Run(_ => Task.CompletedTask);
        var context = new DefaultHttpContext { RequestServices = services };
        context.Connection.RemoteIpAddress = IPAddress.Parse(from);
        context.Request.Scheme = "http";
        context.Request.Host = new HostString("studio.example");
        context.Request.Headers["X-Forwarded-For"] = "198.51.100.7";
        context.Request.Headers["X-Forwarded-Proto"] = "https";
        context.Request.Headers["X-Forwarded-Prefix"] = "/studio";
        await app.Build()(context);
        return context;
    }
}
