using System.Net;
using System.Net.Http.Headers;

using NetVips;

using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Uploads;

public sealed class UploadEndpointTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    public static TheoryData<string, byte[]> Bad => new()
    {
        { "nothing", [] },
        { "text", "this is no picture"u8.ToArray() },
        { "svg", "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"8\" height=\"8\"/>"u8.ToArray() },
        { "gif", "GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;"u8.ToArray() },
        { "zip", "PK\x03\x04\0\0\0\0"u8.ToArray() },
        { "cut off", TestPictures.Png(64, 64)[..200] },
    };

    [Fact]
    public async Task Post_APicture_AnswersWithItsIdAndSize()
    {
        using var response = await SendAsync(TestPictures.Png(12, 7), "../../etc/a.php.png");
        var upload = await response.ReadJsonAsync();

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        Assert.Equal(["id", "width", "height"], upload.EnumerateObject().Select(member => member.Name));
        Assert.Equal((12, 7), (upload.GetProperty("width").GetInt32(), upload.GetProperty("height").GetInt32()));
    }

    [Fact]
    public async Task Content_OfOnesOwnUpload_IsItsPixels()
    {
        using var uploaded = await SendAsync(TestPictures.Png(12, 7), "a.png");
        var id = (await uploaded.ReadJsonAsync()).GetProperty("id").GetGuid();

        using var content = await client.GetAsync($"/api/uploads/{id}/content", TestContext.Current.CancellationToken);

        Assert.Equal("image/png", content.Content.Headers.ContentType?.MediaType);
        Assert.Contains("sandbox", content.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
        var picture = PictureDecoder.Decode(await content.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal((12, 7), (picture.Width, picture.Height));
    }

    [Fact]
    public async Task Post_PhotoThatSaysWhereItWasTaken_KeepsItsPixelsAlone()
    {
        using var plain = Image.NewFromBuffer(TestPictures.Png(16, 16));
        using var told = plain.Mutate(change => change.Set(GValue.GStrType, "exif-ifd3-GPSLatitude", "52/1 31/1 0/1 (52, 31, 0, Rational, 3 components, 24 bytes)"));
        var photo = told.JpegsaveBuffer(q: 90);
        Assert.True(photo.AsSpan().IndexOf("Exif"u8) > 0);

        using var uploaded = await SendAsync(photo, "a.jpg");
        var id = (await uploaded.ReadJsonAsync()).GetProperty("id").GetGuid();
        var kept = await client.GetByteArrayAsync($"/api/uploads/{id}/content", TestContext.Current.CancellationToken);

        using var picture = Image.NewFromBuffer(kept);
        Assert.DoesNotContain(picture.GetFields(), field => field.StartsWith("exif", StringComparison.Ordinal));
        Assert.True(kept.AsSpan().IndexOf("eXIf"u8) < 0);
    }

    [Theory]
    [MemberData(nameof(Bad))]
    public async Task Post_WhatIsNoPicture_IsRefusedInOneSentence(string name, byte[] bytes)
    {
        using var response = await SendAsync(bytes, $"{name}.png");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("invalid-input", (await response.ReadJsonAsync()).GetProperty("type").GetString());
    }

    [Fact]
    public async Task Post_MoreThanTwentyMegabytes_IsTooLarge()
    {
        using var response = await SendAsync(new byte[(20 * 1024 * 1024) + 1], "large.png");

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
    }

    [Fact]
    public async Task Post_WithoutAFile_SaysWhatToSend()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        using var response = await client.PostAsync("/api/uploads", form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] bytes, string fileName)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { content, "file", fileName } };
        return await client.PostAsync("/api/uploads", form, TestContext.Current.CancellationToken);
    }
}
