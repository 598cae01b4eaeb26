using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Security;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

public sealed class SecurityHeaderTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    public static TheoryData<string> Paths { get; } =
    [
        "/", "/gallery", "/not-found", "/no-such-page", "/error", "/css/tokens.css", "/js/studio.js", "/_content/MudBlazor/MudBlazor.min.css",
        "/_framework/blazor.web.js", "/api/jobs", "/api/nothing", "/api/images/nothing", "/health/live", "/health/ready", "/hubs/generation",
    ];

    [Theory]
    [MemberData(nameof(Paths))]
    public async Task EveryAnswer_ForbidsForeignScriptsAndSniffing(string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Contains("default-src 'self'; script-src 'self' 'nonce-", policy, StringComparison.Ordinal);
        Assert.Contains("object-src 'none'", policy, StringComparison.Ordinal);
        Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-eval", policy, StringComparison.Ordinal);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
    }

    [Fact]
    public async Task Page_InlineScripts_CarryTheNonceOfTheirOwnAnswer()
    {
        using var response = await client.GetAsync("/", TestContext.Current.CancellationToken);
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));

        var nonce = policy.Split("'nonce-")[1].Split('\'')[0];
        Assert.Contains($"nonce=\"{WebUtility.HtmlEncode(nonce)}\"", page, StringComparison.Ordinal);
        foreach (var script in page.Split("<script").Skip(1).Select(rest => rest[..rest.IndexOf('>', StringComparison.Ordinal)]))
        {
            Assert.True(script.Contains("src=", StringComparison.Ordinal) || script.Contains("nonce=", StringComparison.Ordinal), script);
        }
    }

    [Fact]
    public async Task Page_AskedForTwice_HasAnotherNonce()
    {
        using var first = await client.GetAsync("/", TestContext.Current.CancellationToken);
        using var second = await client.GetAsync("/", TestContext.Current.CancellationToken);

        Assert.NotEqual(first.Headers.GetValues("Content-Security-Policy"), second.Headers.GetValues("Content-Security-Policy"));
    }

    [Theory]
    [InlineData("/_blazor/negotiate", "https://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("/hubs/generation/negotiate", "https://elsewhere.example", HttpStatusCode.Forbidden)]
    [InlineData("/hubs/generation/negotiate", "null", HttpStatusCode.Forbidden)]
    [InlineData("/hubs/generation/negotiate", "http://localhost", HttpStatusCode.OK)]
    [InlineData("/hubs/generation/negotiate", null, HttpStatusCode.OK)]
    public async Task LiveConnection_FromAnotherOrigin_IsForbidden(string path, string? origin, HttpStatusCode expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"{path}?negotiateVersion=1");
        if (origin is not null)
        {
            request.Headers.Add("Origin", origin);
        }

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
    }

    [Theory]
    [InlineData("http://elsewhere.example")]
    [InlineData("http://localhost.elsewhere.example")]
    public async Task WebSocket_FromAnotherOrigin_IsForbidden(string origin)
    {
        var socket = studio.Server.CreateWebSocketClient();
        socket.ConfigureRequest = request => request.Headers.Origin = origin;

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(
            () => socket.ConnectAsync(new Uri("ws://localhost/hubs/generation"), TestContext.Current.CancellationToken));
        Assert.Contains("403", fault.Message, StringComparison.Ordinal);
    }

    /// <summary>A server that stops disposes of the services of requests it still answers.</summary>
    [Fact]
    public async Task Answer_ThatStartsWhenItsServicesAreGone_HasTheHeaders()
    {
        await using var services = new ServiceCollection().AddScoped<CspNonce>().AddOptions().BuildServiceProvider();
        var app = new ApplicationBuilder(services);
        app.UseSecurityHeaders();
        app.Run(_ => Task.CompletedTask);
        var response = new LateResponse();
        var context = new DefaultHttpContext();
        context.Features.Set<IHttpResponseFeature>(response);
        await using (var scope = services.CreateAsyncScope())
        {
            context.RequestServices = scope.ServiceProvider;
            await app.Build()(context);
        }

        await response.StartAsync();

        Assert.Contains("'nonce-", context.Response.Headers.ContentSecurityPolicy.ToString(), StringComparison.Ordinal);
    }

    private sealed class LateResponse : HttpResponseFeature
    {
        private readonly List<Func<Task>> starting = [];

        public override void OnStarting(Func<object, Task> callback, object state) => starting.Add(() => callback(state));

        public async Task StartAsync()
        {
            foreach (var callback in starting)
            {
                await callback();
            }
        }
    }
}
