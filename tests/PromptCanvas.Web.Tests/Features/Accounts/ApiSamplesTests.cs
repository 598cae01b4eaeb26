using Bunit;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Web.Features.Accounts;

namespace PromptCanvas.Web.Tests.Features.Accounts;

public sealed class ApiSamplesTests : IDisposable
{
    private const string Server = "https://studio.example/below/a/path";
    private readonly BunitContext page = new();

    public ApiSamplesTests() => page.Services.AddLocalization();

    public void Dispose() => page.Dispose();

    [Theory]
    [InlineData("curl", "curl https://studio.example/below/a/path/api/jobs", "Authorization: Bearer pc_the_key")]
    [InlineData("Python", "base_url=\"https://studio.example/below/a/path/v1\"", "api_key=\"pc_the_key\"")]
    [InlineData("JavaScript", "baseURL: \"https://studio.example/below/a/path/v1\"", "apiKey: \"pc_the_key\"")]
    public void Sample_IsForThisServerAndKey_AndCanBeCopied(string name, string server, string key)
    {
        var sample = Render("pc_the_key").FindAll("details.sample").Single(each => each.QuerySelector("summary")!.TextContent == name);
        var code = sample.QuerySelector("code")!.TextContent;

        Assert.Contains(server, code, StringComparison.Ordinal);
        Assert.Contains(key, code, StringComparison.Ordinal);
        Assert.Equal(code, sample.QuerySelector("button")!.GetAttribute("data-copy"));

        // The kind defaults to generate.
        Assert.DoesNotContain("kind", code, StringComparison.Ordinal);
    }

    [Fact]
    public void Samples_WithoutAKey_HaveAPlaceholder() =>
        Assert.All(Render(null).FindAll("details.sample code"), code => Assert.Contains("YOUR_KEY", code.TextContent, StringComparison.Ordinal));

    private IRenderedComponent<ApiSamples> Render(string? key) => page.Render<ApiSamples>(samples => samples.Add(it => it.Server, Server).Add(it => it.Key, key));
}
