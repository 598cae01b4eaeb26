using System.Text.RegularExpressions;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Create;

/// <summary>What a press costs stands beside the button, on every page that makes pictures.</summary>
public sealed partial class CostTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("/")]
    [InlineData("/edit?image={0}")]
    [InlineData("/change?image={0}")]
    [InlineData("/blend?c=p.{0}&c=t.a+ring")]
    [InlineData("/images/{0}")]
    public async Task Page_ThatMakesPictures_SaysWhatAPressCosts(string path)
    {
        using var client = studio.CreateClient();
        using var browser = studio.Browser(studio.Administrator.Cookie);
        var page = await browser.GetStringAsync(string.Format(System.Globalization.CultureInfo.InvariantCulture, path, await client.FinishedPictureAsync()), Cancellation);

        Assert.Matches(Cost(), page);
    }

    [GeneratedRegex("""data-credits[^>]*>\s*<span>\d+ credits?\b""")]
    private static partial Regex Cost();
}
