using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
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

    private static async Task<Guid> VaryAsync(HttpClient client, Guid source) =>
        (await client.MakeAsync(new { kind = "vary", source, count = 1, size = 64 })).GetProperty("images")[0].GetProperty("id").GetGuid();

    private static async Task<string> PageAsync(HttpClient browser, Guid picture) => WebUtility.HtmlDecode(await browser.GetStringAsync($"/images/{picture}", Cancellation));

    private async Task ForgetPromptsAsync(params Guid[] pictures)
    {
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        await database.Pictures.Where(picture => pictures.Contains(picture.Id)).ExecuteUpdateAsync(change => change.SetProperty(picture => picture.Prompt, ""), Cancellation);
    }
}
