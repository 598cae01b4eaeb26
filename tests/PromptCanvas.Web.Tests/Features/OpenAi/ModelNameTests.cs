using System.Net;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>The names of OpenAI's models, and the fields and answers that go with them.</summary>
public sealed class ModelNameTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [InlineData("gpt-image-1")]
    [InlineData("gpt-image-1-mini")]
    [InlineData("dall-e-3")]
    [InlineData("dall-e-2")]
    public async Task Name_OfOpenAi_IsTheDefaultModel(string name)
    {
        using var client = studio.CreateClient();
        using var made = await client.GenerateAsync(new { model = name, prompt = "a cube" });
        using var described = await client.GetAsync($"/v1/models/{name}", Cancellation);
        using var listed = await client.GetAsync("/v1/models", Cancellation);

        Assert.Single((await made.ReadJsonAsync()).GetProperty("data").EnumerateArray());
        Assert.Equal(HttpStatusCode.OK, described.StatusCode);
        var names = (await listed.ReadJsonAsync()).GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()).ToList();
        Assert.Equal("dall-e-2", names[0]);
        Assert.Superset(new HashSet<string?> { name, "starter" }, names.ToHashSet());
    }

    [Fact]
    public async Task Name_OfTheSettings_IsTheModelGivenForIt_AndUnknownWhileThatIsNotInstalled()
    {
        studio.Settings["OpenAi:Aliases:our-artist"] = "starter";
        studio.Settings["OpenAi:Aliases:gpt-image-1"] = "karlo";
        using var client = studio.CreateClient();
        using var made = await client.GenerateAsync(new { model = "our-artist", prompt = "a cube", size = "256x256" });
        using var missing = await client.GenerateAsync(new { model = "gpt-image-1", prompt = "a cube" });

        Assert.Single(await made.DataAsync());
        Assert.Equal((HttpStatusCode.NotFound, "model_not_found"), (missing.StatusCode, (await missing.FaultAsync()).GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData("1024x1024", 1024, 1024, "low")]
    [InlineData("1536x1024", 1536, 1024, "medium")]
    [InlineData("1024x1536", 1024, 1536, "high")]
    [InlineData("auto", 1024, 1024, "auto")]
    public async Task GptImage_AnswersWithBytesInTheSizeAskedFor(string size, int width, int height, string quality)
    {
        using var client = studio.CreateClient();
        using var response = await client.GenerateAsync(new
        {
            model = "gpt-image-1",
            prompt = "a cube",
            size,
            quality,
            response_format = "url",
            background = "transparent",
            moderation = "low",
            output_format = "jpeg",
        });
        var body = await response.ReadJsonAsync();
        var picture = Assert.Single(body.GetProperty("data").EnumerateArray());

        Assert.False(picture.TryGetProperty("url", out _));
        var bytes = Convert.FromBase64String(picture.GetProperty("b64_json").GetString()!);
        var decoded = PictureDecoder.Decode(bytes);
        Assert.Equal((width, height, 0xFF), (decoded.Width, decoded.Height, bytes[0]));
        Assert.Equal(("jpeg", "opaque"), (body.GetProperty("output_format").GetString(), body.GetProperty("background").GetString()));
        Assert.Equal(size == "auto" ? "1024x1024" : size, body.GetProperty("size").GetString());
        Assert.Equal(quality == "auto" ? null : quality, body.TryGetProperty("quality", out var said) ? said.GetString() : null);
        Assert.Equal(0, body.GetProperty("usage").GetProperty("total_tokens").GetInt32());
    }

    [Theory]
    [InlineData("1792x1024", 1792, 1024)]
    [InlineData("1024x1792", 1024, 1792)]
    public async Task DallE3_HasItsSizesStylesAndQualities(string size, int width, int height)
    {
        using var client = studio.CreateClient();
        using var response = await client.GenerateAsync(new { model = "dall-e-3", prompt = "a cube", size, quality = "hd", style = "natural" });
        var picture = Assert.Single(await response.DataAsync());

        Assert.Equal("a cube", picture.GetProperty("revised_prompt").GetString());
        using var stranger = studio.ClientOf(null);
        var decoded = PictureDecoder.Decode(await stranger.GetByteArrayAsync(picture.GetProperty("url").GetString(), Cancellation));
        Assert.Equal((width, height), (decoded.Width, decoded.Height));
    }

    [Fact]
    public async Task Prompt_LongerThanTheModelReads_IsMadeAndTheRestIsNamed()
    {
        studio.Engine.ReadsWords = 3;
        using var client = studio.CreateClient();
        using var whole = await client.GenerateAsync(new { prompt = "a red cube", size = "256x256" });
        using var cut = await client.GenerateAsync(new { prompt = "a red cube größer als das Haus", size = "256x256" });
        using var longest = await client.GenerateAsync(new { model = "gpt-image-1", prompt = string.Join(' ', Enumerable.Repeat("cube", 6400)) });

        Assert.False(whole.Headers.Contains("x-promptcanvas-prompt-unread"));
        Assert.Equal("größer als das Haus", Uri.UnescapeDataString(Assert.Single(cut.Headers.GetValues("x-promptcanvas-prompt-unread"))));
        Assert.Single((await longest.ReadJsonAsync()).GetProperty("data").EnumerateArray());
        Assert.StartsWith("cube cube", Uri.UnescapeDataString(Assert.Single(longest.Headers.GetValues("x-promptcanvas-prompt-unread"))), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, HttpStatusCode.OK)]
    [InlineData(1001, HttpStatusCode.BadRequest)]
    public async Task Prompt_IsCountedInCharactersAsPeopleCountThem(int foxes, HttpStatusCode expected)
    {
        using var client = studio.CreateClient();
        var prompt = string.Concat(Enumerable.Repeat("🦊", foxes));
        using var response = await client.GenerateAsync(new { prompt, size = "256x256" });
        using var job = await client.PostJobAsync(new { kind = "generate", prompt, size = 64, count = 1 });

        Assert.Equal((expected, expected == HttpStatusCode.OK ? HttpStatusCode.Accepted : expected), (response.StatusCode, job.StatusCode));
    }
}
