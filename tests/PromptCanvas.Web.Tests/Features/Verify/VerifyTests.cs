using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Verify;

public sealed class VerifyTests(Studio studio) : IClassFixture<Studio>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Verify_PictureOfTheStudio_TellsItsStory()
    {
        using var client = studio.CreateClient();
        var id = await client.FinishedPictureAsync();

        var found = await VerifyAsync(client, await client.GetByteArrayAsync($"/api/images/{id}/content", Cancellation));

        Assert.True(found.GetProperty("intact").GetBoolean());
        Assert.True(found.GetProperty("ours").GetBoolean());
        Assert.Equal(id, found.GetProperty("imageId").GetGuid());
        var manifest = found.GetProperty("manifest");
        Assert.Equal("trainedAlgorithmicMedia", manifest.GetProperty("actions")[0].GetProperty("sourceType").GetString());
        var picture = await (await client.GetAsync($"/api/images/{id}", Cancellation)).ReadJsonAsync();
        Assert.Equal(picture.GetProperty("prompt").GetString(), manifest.GetProperty("recipe").GetProperty("prompt").GetString());
    }

    [Fact]
    public async Task Verify_ChangedFile_SaysSo()
    {
        using var client = studio.CreateClient();
        var file = await client.GetByteArrayAsync($"/api/images/{await client.FinishedPictureAsync()}/content", Cancellation);
        file[^30] ^= 1;

        var found = await VerifyAsync(client, file);

        Assert.False(found.GetProperty("intact").GetBoolean());
        Assert.True(found.GetProperty("ours").GetBoolean());
    }

    [Fact]
    public async Task Verify_PrivatePictureByAnother_DoesNotTellWhichItIs()
    {
        var owner = await studio.PersonAsync("verify-owner@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(owner);
        var job = await client.MakeAsync(new { kind = "generate", prompt = "a cube", count = 1, size = 64, visibility = "private" });
        var file = await client.GetByteArrayAsync($"/api/images/{job.GetProperty("images")[0].GetProperty("id").GetGuid()}/content", Cancellation);
        using var other = studio.ClientOf(await studio.PersonAsync("verify-other@example.com", PersonRoles.Viewer));

        var found = await VerifyAsync(other, file);

        Assert.True(found.GetProperty("ours").GetBoolean());
        Assert.Equal(JsonValueKind.Null, found.GetProperty("imageId").ValueKind);
    }

    [Fact]
    public async Task Verify_UnsignedPicture_HasNoManifest()
    {
        using var client = studio.CreateClient();

        var found = await VerifyAsync(client, TestPictures.Png(8, 8));

        Assert.Equal(JsonValueKind.Null, found.GetProperty("manifest").ValueKind);
        Assert.Equal(JsonValueKind.Null, found.GetProperty("intact").ValueKind);
        Assert.False(found.GetProperty("ours").GetBoolean());
    }

    [Theory]
    [InlineData("no picture", "The file is not a PNG, JPEG or WebP.")]
    [InlineData("RIFF\u0001\u0001\0\0WEBPVP8 \u0001\u0001\0\0", "The file is damaged, so that its manifest cannot be read.")]
    public async Task Verify_NoPicture_IsRefused(string content, string reason)
    {
        using var client = studio.CreateClient();

        using var response = await PostAsync(client, System.Text.Encoding.Latin1.GetBytes(content));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("jpeg", "c2pa.converted")]
    [InlineData("webp", "c2pa.converted")]
    public async Task Verify_PictureOfTheOpenAiApi_IsOurs(string format, string action)
    {
        using var client = studio.CreateClient();
        using var made = await client.PostAsJsonAsync(
            "/v1/images/generations", new { prompt = "a cube", size = "256x256", response_format = "b64_json", output_format = format }, Cancellation);
        var bytes = (await made.ReadJsonAsync()).GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64();

        var found = await VerifyAsync(client, bytes);

        Assert.True(found.GetProperty("intact").GetBoolean());
        Assert.True(found.GetProperty("ours").GetBoolean());
        Assert.Equal(action, found.GetProperty("manifest").GetProperty("actions").EnumerateArray().Last().GetProperty("name").GetString());
    }

    [Fact]
    public async Task Certificate_IsGivenAsPem()
    {
        using var client = studio.CreateClient();

        Assert.StartsWith("-----BEGIN CERTIFICATE-----", await client.GetStringAsync("/api/verify/certificate", Cancellation), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> VerifyAsync(HttpClient client, byte[] file)
    {
        using var response = await PostAsync(client, file);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.ReadJsonAsync();
    }

    private static async Task<HttpResponseMessage> PostAsync(HttpClient client, byte[] file)
    {
        using var content = new ByteArrayContent(file);
        content.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        return await client.PostAsync("/api/verify", content, Cancellation);
    }
}
