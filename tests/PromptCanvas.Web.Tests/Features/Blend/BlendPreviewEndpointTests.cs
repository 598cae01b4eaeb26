using System.Net;
using System.Net.Http.Json;

using PromptCanvas.Data.People;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Blend;

/// <summary>Previews of a blend.</summary>
public sealed class BlendPreviewEndpointTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Post_PictureAndPhrase_GivesASmallPictureForNothingAndKeepsNone(bool draft)
    {
        var picture = await client.FinishedPictureAsync();
        var (used, files) = (await UsedAsync(), FilesOf(studio));

        using var answer = await PostAsync(new { inputs = new object[] { new { image = picture, weight = 0.3 }, new { text = "a cube", weight = 0.7 } }, seed = 5, draft });

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/webp", answer.Content.Headers.ContentType?.MediaType);
        var drawn = PictureDecoder.Decode(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal((64, 64), (drawn.Width, drawn.Height));
        Assert.Equal((used, files), (await UsedAsync(), FilesOf(studio)));
    }

    [Fact]
    public async Task Post_OneInput_IsRefusedWithWhatToDo()
    {
        using var answer = await PostAsync(new { inputs = new[] { new { text = "a cube", weight = 1 } }, seed = 5 });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("2 to 4", (await answer.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_AnotherPersonsUpload_DoesNotExist()
    {
        using var other = studio.ClientOf(await studio.PersonAsync("other-sketcher@example.com", PersonRoles.Member));
        var upload = await other.UploadAsync(TestPictures.Png(8, 8));

        using var answer = await PostAsync(new { inputs = new object[] { new { image = upload }, new { text = "a cube" } }, seed = 5 });

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
    }

    [Fact]
    public async Task Post_WhileAnOlderOneIsDrawn_EndsTheOlderWithoutContent()
    {
        await client.FinishedPictureAsync();
        studio.Engine.Gate.Reset();
        var body = new { inputs = new[] { new { text = "a cube" }, new { text = "a cone" } }, seed = 5 };
        Task<HttpResponseMessage> newer;
        try
        {
            var older = PostAsync(body);
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
            patience.CancelAfter(TimeSpan.FromSeconds(60));
            do
            {
                newer = PostAsync(body);
                await Task.WhenAny(older, newer, Task.Delay(200, patience.Token));
            }
            while (!older.IsCompleted);

            Assert.Equal(HttpStatusCode.NoContent, (await older).StatusCode);
        }
        finally
        {
            studio.Engine.Gate.Set();
        }

        Assert.Equal(HttpStatusCode.OK, (await newer).StatusCode);
    }

    private static int FilesOf(Studio studio) => Directory.EnumerateFiles(studio.DataFolder, "*.png", SearchOption.AllDirectories).Count();

    private Task<HttpResponseMessage> PostAsync(object body) => client.PostAsJsonAsync("/api/sketches", body, Cancellation);

    private async Task<int> UsedAsync()
    {
        using var answer = await client.GetAsync("/api/me/quota", Cancellation);
        return (await answer.ReadJsonAsync()).GetProperty("used").GetInt32();
    }
}
