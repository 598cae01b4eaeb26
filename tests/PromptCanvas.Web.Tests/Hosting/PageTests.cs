using System.Net;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

public sealed class PageTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    [Theory]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    public async Task Health_OfARunningStudio_IsOk(string path)
    {
        using var response = await client.GetAsync(path, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Page_ThatDoesNotExist_IsAFriendlyPageWithStatus404()
    {
        using var response = await client.GetAsync("/no-such-page", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("Page not found", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("theme=light", "data-theme=\"light\"")]
    [InlineData("theme=dark", "data-theme=\"dark\"")]
    [InlineData("theme=%3Cscript%3E", "<html lang=\"en\">")]
    [InlineData("other=1", "<html lang=\"en\">")]
    public async Task Page_WithAThemeChosen_ComesInThatTheme(string cookie, string expected)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/");
        request.Headers.Add("Cookie", cookie);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Contains(expected, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task JobPage_OfAFinishedJob_ShowsItsPicturesInTheFirstAnswer()
    {
        var job = await client.EndOfJobAsync(await client.StartJobAsync(count: 2));
        var page = await client.GetStringAsync($"/jobs/{job.GetProperty("id").GetGuid()}", TestContext.Current.CancellationToken);

        foreach (var image in job.GetProperty("images").EnumerateArray())
        {
            Assert.Contains($"\"{image.GetProperty("contentUrl").GetString()!.TrimStart('/')}\"", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Prompt_WithMarkup_IsShownAsText()
    {
        using var accepted = await client.PostJobAsync(new { kind = "generate", prompt = "<img src=x onerror=alert(1)>", count = 1, size = 64 });
        var id = (await accepted.ReadJsonAsync()).GetProperty("id").GetGuid();
        await client.EndOfJobAsync(id);
        foreach (var path in (string[])[$"/jobs/{id}", "/gallery"])
        {
            var page = await client.GetStringAsync(path, TestContext.Current.CancellationToken);
            Assert.DoesNotContain("<img src=x", page, StringComparison.Ordinal);
            Assert.Contains("&lt;img src=x", page, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Gallery_AfterARestart_StillShowsThePictures()
    {
        var folder = Directory.CreateTempSubdirectory("promptcanvas-restart-").FullName;
        try
        {
            Guid picture;
            await using (var before = new Studio(folder))
            {
                picture = await before.CreateClient().FinishedPictureAsync();
            }

            await using var after = new Studio(folder);
            var page = await after.CreateClient().GetStringAsync("/", TestContext.Current.CancellationToken);
            Assert.Contains($"\"api/images/{picture}/thumbnail", page, StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Session_AfterARestart_GoesOn_ForItsKeysLieWithTheData()
    {
        var folder = Directory.CreateTempSubdirectory("promptcanvas-restart-").FullName;
        try
        {
            string cookie;
            await using (var before = new Studio(folder))
            {
                cookie = before.Administrator.Cookie;
            }

            await using var after = new Studio(folder);
            using var page = await after.Browser(cookie).GetAsync("/account", TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.OK, page.StatusCode);
            if (!OperatingSystem.IsWindows())
            {
                Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(Path.Combine(folder, "keys")));
            }
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
