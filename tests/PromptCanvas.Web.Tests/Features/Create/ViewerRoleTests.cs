using System.Net;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Create;

public sealed class ViewerRoleTests(Studio studio) : IClassFixture<Studio>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/edit")]
    [InlineData("/change")]
    [InlineData("/blend")]
    public async Task Page_ForMakingPictures_OffersAViewerNothingThatIsRefusedAndSaysWhomToAsk(string path)
    {
        using var viewer = studio.Browser((await studio.PersonAsync("viewer@example.com", PersonRoles.Viewer)).Cookie);
        using var member = studio.Browser((await studio.PersonAsync("maker@example.com", PersonRoles.Member)).Cookie);

        var seen = WebUtility.HtmlDecode(await viewer.GetStringAsync(path, TestContext.Current.CancellationToken));
        var made = WebUtility.HtmlDecode(await member.GetStringAsync(path, TestContext.Current.CancellationToken));

        Assert.Contains("Your role can view pictures, not make them", seen, StringComparison.Ordinal);
        Assert.Matches("To make your own, ask .+ for the member role", seen);
        Assert.DoesNotContain("type=\"file\"", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("data-prompt", seen, StringComparison.Ordinal);
        Assert.DoesNotContain("Your role can view", made, StringComparison.Ordinal);
    }
}
