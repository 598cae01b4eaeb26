using System.Net;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Host headers and what TLS adds to answers.</summary>
public sealed class HostTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(null, "any.example", "/sign-in", HttpStatusCode.OK)]
    [InlineData("*", "any.example", "/sign-in", HttpStatusCode.OK)]
    [InlineData("studio.example;*.office.example", "studio.example", "/sign-in", HttpStatusCode.OK)]
    [InlineData("studio.example;*.office.example", "one.office.example", "/sign-in", HttpStatusCode.OK)]
    [InlineData("studio.example;*.office.example", "evil.example", "/sign-in", HttpStatusCode.BadRequest)]
    [InlineData("studio.example;*.office.example", "evil.example", "/healthy", HttpStatusCode.BadRequest)]
    [InlineData("studio.example;*.office.example", "10.0.0.7", "/health/live", HttpStatusCode.OK)]
    [InlineData("studio.example;*.office.example", "10.0.0.7", "/health/ready", HttpStatusCode.OK)]
    public async Task Host_IsFilteredAsTheSettingSays_AndHealthNever(string? allowed, string host, string path, HttpStatusCode expected)
    {
        if (allowed is not null)
        {
            studio.Settings["AllowedHosts"] = allowed;
        }

        using var client = studio.ClientOf(null);
        client.DefaultRequestHeaders.Host = host;
        using var answer = await client.GetAsync(path, Cancellation);

        Assert.Equal(expected, answer.StatusCode);
    }

    [Theory]
    [InlineData("https://studio.example", null, "max-age=2592000")]
    [InlineData("https://studio.example", "1", "max-age=86400")]
    [InlineData("https://studio.example", "0", null)]
    [InlineData("https://localhost", null, null)]
    [InlineData("http://studio.example", null, null)]
    public async Task Hsts_UnderTls_IsAsTheSettingSays(string address, string? days, string? expected)
    {
        if (days is not null)
        {
            studio.Settings["Tls:HstsDays"] = days;
        }

        using var client = studio.ClientOf(null);
        client.BaseAddress = new Uri(address);
        using var page = await client.GetAsync("/sign-in", Cancellation);
        using var program = await client.GetAsync("/api/jobs", Cancellation);

        Assert.All((HttpResponseMessage[])[page, program], answer => Assert.Equal(expected, answer.Headers.TryGetValues("Strict-Transport-Security", out var values) ? Assert.Single(values) : null));
    }

    [Theory]
    [InlineData("https://studio.example", true)]
    [InlineData("http://studio.example", false)]
    public async Task EveryCookie_UnderTls_IsSecure(string address, bool secure)
    {
        using var client = studio.Browser();
        client.BaseAddress = new Uri(address);
        using var page = await client.GetAsync("/sign-in", Cancellation);
        using var accepted = await client.SignInAsync(Studio.AdministratorEmail, Studio.Password);
        var cookies = page.Headers.GetValues("Set-Cookie").Concat(accepted.Headers.GetValues("Set-Cookie")).ToList();

        Assert.Contains(cookies, cookie => cookie.Contains("Antiforgery", StringComparison.Ordinal));
        Assert.All(cookies, cookie => Assert.Equal(secure, cookie.Contains("; secure", StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task ErrorMessage_OfALongName_RepeatsItsBeginningOnly()
    {
        var name = new string('x', 100_000);
        using var client = studio.CreateClient();
        using var field = await client.PostJobAsync(new Dictionary<string, object> { ["kind"] = "generate", ["prompt"] = "a cube", [name] = 1 });
        using var model = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", model = name });
        using var visibility = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", visibility = name });
        using var other = await client.PostJobAsync(new { kind = name, prompt = "a cube" });
        using var openAi = await client.PostAsync("/v1/images/generations", new StringContent($$"""{ "prompt": "a cube", "model": "{{name}}", "{{name}}": 1 }""", System.Text.Encoding.UTF8, "application/json"), Cancellation);
        using var listed = await client.GetAsync($"/v1/models/{name[..4000]}", Cancellation);

        foreach (var answer in (HttpResponseMessage[])[field, model, visibility, other, openAi, listed])
        {
            var text = await answer.Content.ReadAsStringAsync(Cancellation);
            Assert.InRange((int)answer.StatusCode, 400, 499);
            Assert.InRange(text.Length, 1, 2000);
        }
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();
}
