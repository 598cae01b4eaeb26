using System.Net;
using System.Net.Http.Headers;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Gallery;

public sealed class ImageEndpointTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    [Theory]
    [InlineData("content", "image/png", "a-red-cube-on-top-of-a-blue-cube-7.png")]
    [InlineData("thumbnail", "image/webp", null)]
    public async Task Bytes_OfAPicture_AreInertPrivateAndNamed(string part, string contentType, string? fileName)
    {
        var id = await client.FinishedPictureAsync();
        using var response = await client.GetAsync($"/api/images/{id}/{part}", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.CacheControl?.Private);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Contains("sandbox", Assert.Single(response.Headers.GetValues("Content-Security-Policy")), StringComparison.Ordinal);
        Assert.Equal("inline", response.Content.Headers.ContentDisposition?.DispositionType);
        Assert.Equal(fileName ?? $"{id}.webp", response.Content.Headers.ContentDisposition?.FileName?.Trim('"'));
        Assert.NotEmpty(await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Theory]
    [InlineData("content")]
    [InlineData("thumbnail")]
    public async Task Bytes_WithTheETagKnown_AreNotSentAgain(string part)
    {
        var id = await client.FinishedPictureAsync();
        using var first = await client.GetAsync($"/api/images/{id}/{part}", TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/images/{id}/{part}");
        request.Headers.IfNoneMatch.Add(first.Headers.ETag ?? throw new InvalidOperationException("There is no entity tag."));

        using var second = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotModified, second.StatusCode);
        Assert.Empty(await second.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Content_AsDownload_IsAnAttachment()
    {
        var id = await client.FinishedPictureAsync();
        using var response = await client.GetAsync($"/api/images/{id}/content?download=true", TestContext.Current.CancellationToken);

        Assert.Equal("attachment", response.Content.Headers.ContentDisposition?.DispositionType);
    }

    [Fact]
    public async Task Content_OfAPartIsAskedFor_GivesThePart()
    {
        var id = await client.FinishedPictureAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/api/images/{id}/content");
        request.Headers.Range = new RangeHeaderValue(0, 7);
        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("\u0089PNG\r\n\u001a\n"u8[2..].ToArray(), (await response.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken))[1..]);
    }

    [Fact]
    public async Task Picture_Described_HasPromptSeedAndSize()
    {
        var id = await client.FinishedPictureAsync();
        var picture = await (await client.GetAsync($"/api/images/{id}", TestContext.Current.CancellationToken)).ReadJsonAsync();

        Assert.Equal("a red cube on top of a blue cube", picture.GetProperty("prompt").GetString());
        Assert.Equal(7u, picture.GetProperty("seed").GetUInt32());
        Assert.Equal(64, picture.GetProperty("width").GetInt32());
        Assert.Equal("starter", picture.GetProperty("model").GetString());
    }
}
