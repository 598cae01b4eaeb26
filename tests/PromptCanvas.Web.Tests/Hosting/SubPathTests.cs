using System.Net;
using AngleSharp.Html.Parser;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Web.Hosting;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Security;

namespace PromptCanvas.Web.Tests.Hosting;

/// <summary>The studio below a path of the host.</summary>
public sealed class SubPathTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    public SubPathTests() => studio.Settings["PathBase"] = "/studio";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryPage_LinksOnlyBelowThePath()
    {
        using var browser = studio.Browser(studio.Administrator.Cookie);
        using var client = studio.CreateClient();
        var picture = await client.FinishedPictureAsync();
        var pages = PermissionTable.Read().Where(row => row.Kind is "PAGE").Select(row => row.Pattern)
            .Where(pattern => !pattern.Contains('{', StringComparison.Ordinal)).Append($"/images/{picture}").Append($"/images/{picture}/how").Append($"/images/{picture}/family").Distinct().ToList();
        Assert.True(pages.Count > 20, $"Only {pages.Count} pages.");
        foreach (var page in pages)
        {
            using var answer = await browser.GetAsync($"/studio{page}", Cancellation);
            var document = await new HtmlParser().ParseDocumentAsync(await answer.Content.ReadAsStringAsync(Cancellation), Cancellation);
            if (answer.StatusCode == HttpStatusCode.Found)
            {
                Assert.StartsWith("/studio/", new Uri(new Uri("http://localhost"), answer.Headers.Location!).AbsolutePath, StringComparison.Ordinal);
                continue;
            }

            Assert.Equal("/studio/", document.QuerySelector("base")?.GetAttribute("href"));
            var outside = document.QuerySelectorAll("[href^='/'], [src^='/'], [action^='/'], [srcset^='/']")
                .Where(element => !(element.GetAttribute("href") ?? element.GetAttribute("src") ?? element.GetAttribute("action") ?? "").StartsWith("/studio/", StringComparison.Ordinal));
            Assert.True(!outside.Any(), $"{page}: {string.Join(' ', outside.Select(element => element.OuterHtml[..Math.Min(160, element.OuterHtml.Length)]))}");
        }
    }

    [Theory]
    [InlineData("", "/studio/")]
    [InlineData("?returnUrl=%2Fstudio%2Fgallery", "/studio/gallery")]
    [InlineData("?returnUrl=%2Fgallery%3Fshelf%3Dmine", "/studio/gallery?shelf=mine")]
    public async Task SignIn_ComesBackBelowThePath(string query, string expected)
    {
        using var browser = studio.Browser();
        using var refused = await browser.GetAsync("/studio/gallery", Cancellation);
        Assert.Equal("/studio/sign-in?returnUrl=%2Fstudio%2Fgallery", refused.Headers.Location?.PathAndQuery);

        using var accepted = await browser.SendFormAsync(
            $"/studio/sign-in{query}", "sign-in", ("Form.Email", Studio.AdministratorEmail), ("Form.Password", Studio.Password));

        Assert.Equal(expected, new Uri(new Uri("http://localhost"), accepted.Headers.Location!).PathAndQuery);
        Assert.Contains(accepted.Headers.GetValues("Set-Cookie"), cookie => cookie.Contains("path=/studio", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task Programs_AreGivenAddressesThatWork()
    {
        using var client = studio.CreateClient();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/studio/api/jobs")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { prompt = "a cube", count = 1, size = 64 }),
        };
        using var accepted = await client.SendAsync(request, Cancellation);
        var id = (await accepted.ReadJsonAsync()).GetProperty("id").GetGuid();
        Assert.Equal($"/studio/api/jobs/{id}", accepted.Headers.Location?.ToString());
        await client.EndOfJobAsync(id);

        using var job = await client.GetAsync(accepted.Headers.Location, Cancellation);
        var address = (await job.ReadJsonAsync()).GetProperty("images")[0].GetProperty("contentUrl").GetString()!;

        Assert.StartsWith("/studio/api/images/", address, StringComparison.Ordinal);
        using var picture = await client.GetAsync(address, Cancellation);
        Assert.Equal(("image/png", HttpStatusCode.OK), (picture.Content.Headers.ContentType?.MediaType, picture.StatusCode));
    }

    [Theory]
    [InlineData("studio")]
    [InlineData("/studio/")]
    [InlineData("//studio")]
    [InlineData("/studio?x")]
    public void Setting_ThatIsNoPath_StopsTheStart(string path)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?> { ["PathBase"] = path }).Build();

        var fault = Assert.Throws<StartupException>(() => new ApplicationBuilder(new ServiceCollection().BuildServiceProvider()).UseSubPath(configuration));

        Assert.Contains("PathBase", fault.Message, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();
}
