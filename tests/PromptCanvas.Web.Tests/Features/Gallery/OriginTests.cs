using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Gallery;

/// <summary>Pictures of older versions did not keep the prompt of their source.</summary>
public sealed class OriginTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Variation_WithoutAPrompt_SaysWhatItWasMadeFrom()
    {
        using var client = studio.CreateClient();
        var picture = await client.FinishedPictureAsync();
        var variation = await VaryAsync(client, picture);
        var variationOfIt = await VaryAsync(client, variation);
        await ForgetPromptsAsync(variation, variationOfIt);
        using var browser = studio.Browser(studio.Administrator.Cookie);

        Assert.Contains("Source: “a red cube on top of a blue cube”", await PageAsync(browser, variation), StringComparison.Ordinal);
        Assert.Contains("Source: “a red cube on top of a blue cube”", await PageAsync(browser, variationOfIt), StringComparison.Ordinal);
        Assert.DoesNotContain("Source: “", await PageAsync(browser, picture), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MadeFrom_SaysWhosePictureItWas_AndClaimsNoneThatIsAnothers()
    {
        var (ann, ben) = (await studio.PersonAsync("Ann@example.com", PersonRoles.Member), await studio.PersonAsync("Ben@example.com", PersonRoles.Member));
        using var annsKey = studio.ClientOf(ann);
        using var bensKey = studio.ClientOf(ben);
        var source = await annsKey.FinishedPictureAsync();
        var (own, remix) = (await VaryAsync(annsKey, source), await VaryAsync(bensKey, source));
        using var annsPages = studio.Browser(ann.Cookie);
        using var bensPages = studio.Browser(ben.Cookie);

        Assert.Contains("Made from another picture of yours", await PageAsync(annsPages, own), StringComparison.Ordinal);
        Assert.Contains($"Made from another picture by {await NameAsync(ann)}", await PageAsync(bensPages, own), StringComparison.Ordinal);
        Assert.Contains($"Remix of a picture by {await NameAsync(ann)}", await PageAsync(bensPages, remix), StringComparison.Ordinal);

        // Ann makes the source private: Ben's picture is not one of his own for that.
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        await database.Pictures.Where(picture => picture.Id == source).ExecuteUpdateAsync(change => change.SetProperty(picture => picture.Visibility, Visibilities.Private), Cancellation);
        Assert.Contains("Made from a picture that you cannot see", await PageAsync(bensPages, remix), StringComparison.Ordinal);
        Assert.DoesNotContain("of yours", await PageAsync(bensPages, remix), StringComparison.Ordinal);
    }

    [Fact]
    public async Task MadeFrom_OfPeopleWithTheSameName_TellsThemApart()
    {
        var (one, other) = (await studio.PersonAsync("alex@example.com", PersonRoles.Member), await studio.PersonAsync("alex@example.org", PersonRoles.Member));
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        await database.People.Where(person => person.Id == one.Id || person.Id == other.Id).ExecuteUpdateAsync(change => change.SetProperty(person => person.DisplayName, "Alex"), Cancellation);
        using var onesKey = studio.ClientOf(one);
        using var othersKey = studio.ClientOf(other);
        var remix = await VaryAsync(othersKey, await onesKey.FinishedPictureAsync());
        using var pages = studio.Browser(other.Cookie);

        Assert.Contains("Remix of a picture by Alex", await PageAsync(pages, remix), StringComparison.Ordinal);
    }

    private async Task<string> NameAsync(SomebodyInTest person)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        return await database.People.Where(row => row.Id == person.Id).Select(row => row.DisplayName).SingleAsync(Cancellation);
    }

    private static async Task<Guid> VaryAsync(HttpClient client, Guid source) =>
        (await client.MakeAsync(new { kind = "vary", source, count = 1, size = 64 })).GetProperty("images")[0].GetProperty("id").GetGuid();

    private static async Task<string> PageAsync(HttpClient browser, Guid picture) => WebUtility.HtmlDecode(await browser.GetStringAsync($"/images/{picture}", Cancellation));

    private async Task ForgetPromptsAsync(params Guid[] pictures)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        await database.Pictures.Where(picture => pictures.Contains(picture.Id)).ExecuteUpdateAsync(change => change.SetProperty(picture => picture.Prompt, ""), Cancellation);
    }
}
