using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Create;

public sealed class ZonePriceTests(Studio studio) : IClassFixture<Studio>
{
    [Fact]
    public async Task Zone_ForVariations_SaysItsPriceBeforeAPictureIsDropped()
    {
        using var browser = studio.Browser(studio.Administrator.Cookie);
        var page = await browser.GetStringAsync("/", TestContext.Current.CancellationToken);

        Assert.Matches("data-zone=\"vary\">(?:(?!</button>)[\\s\\S])*\\b4 credits", page);
    }
}
