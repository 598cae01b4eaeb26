using System.Net;
using PromptCanvas.Data.People;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Provenance;

/// <summary>Replay of a picture's generation.</summary>
public sealed class ProvenanceEndpointTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Replay_OfAPicture_GivesEveryStepOfItsStages()
    {
        var picture = await client.FinishedPictureAsync();

        using var answer = await client.GetAsync($"/api/images/{picture}/replay", Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var frames = (await answer.ReadJsonAsync()).GetProperty("frames").EnumerateArray().ToList();
        var decoder = frames.Where(frame => frame.GetProperty("stage").GetString() == "decoder").ToList();
        Assert.Equal(Enumerable.Range(1, 12), decoder.Select(frame => frame.GetProperty("step").GetInt32()));
        Assert.All(decoder, frame => Assert.Equal(64, PictureDecoder.Decode(frame.GetProperty("bytes").GetBytesFromBase64()).Width));
    }

    [Fact]
    public async Task Replay_OfASharedVariationOfAPrivatePicture_IsItsOwnersAlone()
    {
        using var owner = studio.ClientOf(await studio.PersonAsync("storyteller@example.com", PersonRoles.Member));
        var upload = await owner.UploadAsync(TestPictures.Png(64, 64));
        var job = await owner.MakeAsync(new { kind = "vary", source = upload, count = 1, size = 64, visibility = "team" });
        var variation = job.GetProperty("images")[0].GetProperty("id").GetGuid();

        using var own = await owner.GetAsync($"/api/images/{variation}/replay", Cancellation);
        using var others = await client.GetAsync($"/api/images/{variation}/replay", Cancellation);

        Assert.Equal(HttpStatusCode.OK, own.StatusCode);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, others.StatusCode);
        Assert.Contains("that you may not see", (await others.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("none", HttpStatusCode.OK)]
    [InlineData("text-embedding", HttpStatusCode.OK)]
    [InlineData("diffusion", HttpStatusCode.OK)]
    [InlineData("magic", HttpStatusCode.NotFound)]
    public async Task Comparison_OfACaption_IsASmallPicture(string way, HttpStatusCode expected)
    {
        var picture = await client.FinishedPictureAsync();

        using var answer = await client.GetAsync($"/api/images/{picture}/ways/{way}", Cancellation);

        Assert.Equal(expected, answer.StatusCode);
        if (expected == HttpStatusCode.OK)
        {
            Assert.Equal(64, PictureDecoder.Decode(await answer.Content.ReadAsByteArrayAsync(Cancellation)).Width);
        }
    }
}
