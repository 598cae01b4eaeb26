using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

/// <summary>HEAD answers like GET, without the body.</summary>
public sealed class HeadTests(Studio studio) : IClassFixture<Studio>
{
    [Theory]
    [InlineData("/")]
    [InlineData("/sign-in")]
    [InlineData("/gallery")]
    [InlineData("/health/live")]
    [InlineData("/health/ready")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/css/studio.css")]
    [InlineData("/favicon.svg")]
    [InlineData("/s/no-such-link")]
    [InlineData("/v1/models")]
    [InlineData("/v1/images/content/no-such-picture.png")]
    [InlineData("/api/jobs")]
    [InlineData("/no-such-page")]
    public async Task Head_IsLikeGet(string path)
    {
        foreach (var open in (Func<HttpClient>[])[studio.CreateClient, () => studio.ClientOf(null)])
        {
            // Two clients, because one would keep the cookies of its first request.
            using var first = open();
            using var second = open();
            using var get = await first.GetAsync(path, TestContext.Current.CancellationToken);
            using var request = new HttpRequestMessage(HttpMethod.Head, path);
            using var head = await second.SendAsync(request, TestContext.Current.CancellationToken);

            Assert.Equal((get.StatusCode, get.Content.Headers.ContentType), (head.StatusCode, head.Content.Headers.ContentType));
            Assert.Equal(get.Headers.Location, head.Headers.Location);
            Assert.Equal(get.Headers.Select(header => header.Key).Order(), head.Headers.Select(header => header.Key).Order());
            Assert.Empty(await head.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        }
    }

    [Fact]
    public async Task Head_OfAPicture_HasItsTypeAndLength()
    {
        using var client = studio.CreateClient();
        var address = $"/api/images/{await client.FinishedPictureAsync()}/content";
        using var get = await client.GetAsync(address, TestContext.Current.CancellationToken);
        using var request = new HttpRequestMessage(HttpMethod.Head, address);
        using var head = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((get.Content.Headers.ContentType, get.Content.Headers.ContentLength), (head.Content.Headers.ContentType, head.Content.Headers.ContentLength));
        Assert.Equal(get.Headers.ETag, head.Headers.ETag);
    }
}
