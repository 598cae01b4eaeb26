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
    public async Task Post_AnAnimation_SaysThatItsFirstFrameIsUsed()
    {
        using var response = await SendAsync(TestPictures.Animation(12), "moving.webp");
        var upload = await response.ReadJsonAsync();

        Assert.Equal((12, 12), (upload.GetProperty("width").GetInt32(), upload.GetProperty("height").GetInt32()));
        Assert.Equal("This file is an animation; its first frame is used.", upload.GetProperty("note").GetString());
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

    [Theory]
    [InlineData("a.png\0.svg")]
    [InlineData("a.php.png")]
    [InlineData("a.png.exe")]
    [InlineData("..%2f..%2fa.png")]
    [InlineData("CON.png")]
    public async Task Post_NamesThatTrickPrograms_ChangeNothing(string fileName)
    {
        using var content = new ByteArrayContent(TestPictures.Png(9, 5));
        content.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(fileName)}");
        using var form = new MultipartFormDataContent { content };
        using var taken = await client.PostAsync("/api/uploads", form, TestContext.Current.CancellationToken);
        using var text = new ByteArrayContent("<script>"u8.ToArray());
        text.Headers.TryAddWithoutValidation("Content-Disposition", $"form-data; name=\"file\"; filename*=UTF-8''{Uri.EscapeDataString(fileName)}");
        using var other = new MultipartFormDataContent { text };
        using var refused = await client.PostAsync("/api/uploads", other, TestContext.Current.CancellationToken);

        Assert.Equal((HttpStatusCode.Created, HttpStatusCode.BadRequest), (taken.StatusCode, refused.StatusCode));
        Assert.All(
            Directory.EnumerateFiles(Path.Combine(studio.DataFolder, "images"), "*", SearchOption.AllDirectories),
            file => Assert.Matches("^([0-9a-f]{64}|[0-9a-f]{32})\\.(png|webp|tmp)$", Path.GetFileName(file)));
    }

    [Theory]
    [InlineData(12, HttpStatusCode.Created)]
    [InlineData(20 * 1024 * 1024, HttpStatusCode.RequestEntityTooLarge)]
    public async Task Post_InPiecesWithoutALength_IsCountedWhileItIsRead(int padding, HttpStatusCode expected)
    {
        // Bytes after the end of a PNG belong to the file but to no chunk.
        using var content = new StreamContent(new MemoryStream([.. TestPictures.Png(9, 5), .. new byte[padding]]));
        using var form = new MultipartFormDataContent { { content, "file", "a.png" } };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/uploads") { Content = new Unmeasured(form) };
        request.Headers.TransferEncodingChunked = true;
        Assert.Null(request.Content.Headers.ContentLength);

        using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Post_WithoutAFile_SaysWhatToSend()
    {
        using var form = new MultipartFormDataContent { { new StringContent("x"), "other" } };
        using var response = await client.PostAsync("/api/uploads", form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    /// <summary>A body of unknown length.</summary>
    private sealed class Unmeasured : HttpContent
    {
        private readonly HttpContent inner;

        public Unmeasured(HttpContent inner)
        {
            this.inner = inner;
            Headers.ContentType = inner.Headers.ContentType;
        }

        protected override Task SerializeToStreamAsync(Stream stream, TransportContext? context) => inner.CopyToAsync(stream);

        protected override bool TryComputeLength(out long length)
        {
            length = 0;
            return false;
        }
    }

    private async Task<HttpResponseMessage> SendAsync(byte[] bytes, string fileName)
    {
        using var content = new ByteArrayContent(bytes);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { content, "file", fileName } };
        return await client.PostAsync("/api/uploads", form, TestContext.Current.CancellationToken);
    }
}
