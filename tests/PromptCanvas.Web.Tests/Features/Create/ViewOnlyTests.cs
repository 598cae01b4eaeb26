using System.Net;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Create;

/// <summary>Actions that a role may not perform are not offered, and the page names the people to ask.</summary>
public sealed class ViewOnlyTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/edit")]
    [InlineData("/change")]
    [InlineData("/blend")]
    public async Task Page_ThatMakesPictures_OffersAViewerNothing(string path)
    {
        var viewer = await studio.PersonAsync("looks@example.com", PersonRoles.Viewer);
        using var browser = studio.Browser(viewer.Cookie);
        var page = WebUtility.HtmlDecode(await browser.GetStringAsync(path, Cancellation));

        Assert.Contains("To make your own, ask administrator ", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<textarea", page, StringComparison.Ordinal);
        Assert.DoesNotContain("type=\"file\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"zones\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<span>Create</span>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Viewer_OfATeamsPicture_SeesNoActionsThatMakeOrDelete()
    {
        using var client = studio.CreateClient();
        var picture = await client.FinishedPictureAsync();
        var viewer = await studio.PersonAsync("sees@example.com", PersonRoles.Viewer);
        using var browser = studio.Browser(viewer.Cookie);
        var page = await browser.GetStringAsync($"/images/{picture}", Cancellation);

        Assert.Contains("data-viewer", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"edit?image={picture}", page, StringComparison.Ordinal);
        Assert.DoesNotContain("aria-keyshortcuts=\"Delete\"", page, StringComparison.Ordinal);
    }
}
