using System.Text.Json;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Gallery;

/// <summary>What made a picture comes back from the API and from its file.</summary>
public sealed class PictureSettingsTests(Studio studio) : IClassFixture<Studio>
{
    private const string Prompt = "a grey ring";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Picture_MadeWithSettings_TellsAllOfThem()
    {
        using var client = studio.CreateClient();
        var id = await MakeAsync(client, new { kind = "generate", prompt = Prompt, negativePrompt = "stars", count = 1, size = 64, seed = 5u, steps = 9, guidance = 2.5 });

        var picture = await (await client.GetAsync($"/api/images/{id}", Cancellation)).ReadJsonAsync();
        var text = PictureText.Read(await client.GetByteArrayAsync($"/api/images/{id}/content", Cancellation));

        Assert.Equal(("stars", 9, 2.5, 5u), (picture.GetProperty("negativePrompt").GetString(), picture.GetProperty("steps").GetInt32(), picture.GetProperty("guidance").GetDouble(), picture.GetProperty("seed").GetUInt32()));
        Assert.Equal(9, picture.GetProperty("recipe").GetProperty("decoderSteps").GetInt32());
        var recipe = JsonSerializer.Deserialize<JsonElement>(text!.Recipe);
        Assert.Equal(("stars", 9, 2.5), (recipe.GetProperty("negativePrompt").GetString(), recipe.GetProperty("decoderSteps").GetInt32(), recipe.GetProperty("decoderGuidance").GetDouble()));
    }

    [Fact]
    public async Task Variation_OfAPicture_KeepsItsPromptButReadsNone()
    {
        using var client = studio.CreateClient();
        var source = await MakeAsync(client, new { kind = "generate", prompt = Prompt, count = 1, size = 64 });

        var variation = await MakeAsync(client, new { kind = "vary", source, count = 1, size = 64 });

        var picture = await (await client.GetAsync($"/api/images/{variation}", Cancellation)).ReadJsonAsync();
        Assert.Equal(Prompt, picture.GetProperty("prompt").GetString());
        Assert.Equal(Prompt, PictureText.Read(await client.GetByteArrayAsync($"/api/images/{variation}/content", Cancellation))!.Prompt);
        var page = await client.GetStringAsync($"/images/{variation}/how", Cancellation);
        Assert.Contains("station-sources", page, StringComparison.Ordinal);
        Assert.DoesNotContain("class=\"token\"", page, StringComparison.Ordinal);
    }

    private static async Task<Guid> MakeAsync(HttpClient client, object body)
    {
        var job = await client.MakeAsync(body);
        return job.GetProperty("images")[0].GetProperty("id").GetGuid();
    }
}
