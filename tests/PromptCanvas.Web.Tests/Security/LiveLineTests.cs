using System.Net;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Security;

/// <summary>Which pages may open a live connection, and that a refused one is explained.</summary>
public sealed class LiveLineTests : IAsyncDisposable
{
    private readonly RecordedLines log = new();
    private readonly Studio studio = new();

    public LiveLineTests() => studio.Change = services => services.AddSingleton<ILoggerProvider>(log);

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [InlineData("studio.example", "https://studio.example", true)]
    [InlineData("studio.example:443", "https://studio.example", true)]
    [InlineData("studio.example:80", "http://studio.example", true)]
    [InlineData("Studio.Example:443", "https://studio.example:443", true)]
    [InlineData("studio.example:8443", "https://studio.example:8443", true)]
    [InlineData("[::1]:5080", "http://[::1]:5080", true)]
    [InlineData("localhost:5080", "https://studio.example", false)]
    [InlineData("studio.example:8443", "https://studio.example", false)]
    [InlineData("studio.example", "https://studio.example:8443", false)]
    [InlineData("studio.example:443", "http://studio.example", false)]
    [InlineData("studio.example", "https://studio.example.attacker.example", false)]
    [InlineData("studio.example", "null", false)]
    public async Task Connection_OfThePagesOwnAddress_IsOpened_AndARefusedOneIsExplained(string host, string origin, bool opens)
    {
        using var client = studio.ClientOf(null);
        client.DefaultRequestHeaders.Add("Cookie", studio.Administrator.Cookie);
        using var request = new HttpRequestMessage(HttpMethod.Post, "/_blazor/negotiate?negotiateVersion=1");
        request.Headers.Host = host;
        request.Headers.TryAddWithoutValidation("Origin", origin);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(opens, response.StatusCode != HttpStatusCode.Forbidden);
        Assert.Equal(!opens, log.Lines.Any(line => line.Contains("proxy_set_header Host", StringComparison.Ordinal) && line.Contains(host, StringComparison.OrdinalIgnoreCase)));
    }

    [Fact]
    public async Task Page_SaysForWhichHostItWasAsked_SoThatItsScriptSeesTheMismatch()
    {
        using var client = studio.ClientOf(null);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/sign-in");
        request.Headers.Host = "inside.example:8080";
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
        var page = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Contains("data-host=\"inside.example:8080\" hidden", page, StringComparison.Ordinal);
        Assert.Contains("This page has no live connection", page, StringComparison.Ordinal);
    }
}
