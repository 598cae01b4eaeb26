using System.Net;
using System.Net.Http.Json;
using System.Text;

using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>The wire format byte by byte: as curl sends it in the documentation of 2022, and variants that clients use.</summary>
public sealed class WireTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{ "prompt": "a cute baby sea otter", "n": 2, "size": "256x256" }""", 2, 256)]
    [InlineData("""{ "prompt": "a cute baby sea otter", "n": "2", "size": "512x512" }""", 2, 512)]
    [InlineData("""{ "prompt": "a cute baby sea otter", "n": null, "size": null, "quality": "auto", "style": "vivid", "moderation": "low" }""", 1, 1024)]
    [InlineData("""{ "prompt": "a cute baby sea otter", "size": "auto", "background": "auto", "user": "user-1234" }""", 1, 1024)]
    [InlineData("""{ "prompt": "a cute baby sea otter", "n": 2.0, "size": "256x256" }""", 2, 256)]
    [InlineData("""{ "prompt": "a cute baby sea otter", "n": 10, "size": "256x256", "model": "starter" }""", 10, 256)]
    public async Task Generations_AsTheDocumentationHasThem_GiveAddresses(string body, int count, int side)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(OpenAiCalls.Generations, content, Cancellation);

        var data = await response.DataAsync();
        Assert.Equal(count, data.Count);
        Assert.All(data, one => Assert.Equal(["url"], one.EnumerateObject().Select(member => member.Name)));
        using var stranger = studio.ClientOf(null);
        using var fetched = await stranger.GetAsync(data[0].GetProperty("url").GetString(), Cancellation);
        Assert.Equal("image/png", fetched.Content.Headers.ContentType?.MediaType);
        Assert.Equal(side, PictureDecoder.Decode(await fetched.Content.ReadAsByteArrayAsync(Cancellation)).Width);
    }

    [Fact]
    public async Task Generations_Headers_AreThoseThatClientsRead()
    {
        using var response = await client.GenerateAsync(new { prompt = "a cube", size = "256x256" });

        foreach (var name in (string[])["x-request-id", "openai-version", "openai-processing-ms", "x-ratelimit-limit-requests", "x-ratelimit-remaining-requests", "x-ratelimit-reset-requests"])
        {
            Assert.NotEmpty(Assert.Single(response.Headers.GetValues(name)));
        }

        Assert.Equal("2020-10-01", response.Headers.GetValues("openai-version").Single());
        Assert.Equal("100000", response.Headers.GetValues("x-ratelimit-limit-requests").Single());
        Assert.Matches("^[0-9]+ms$", response.Headers.GetValues("x-ratelimit-reset-requests").Single());
    }

    [Theory]
    [InlineData("png", "image/png")]
    [InlineData("jpeg", "image/jpeg")]
    [InlineData("webp", "image/webp")]
    public async Task Generations_OutputFormat_IsOfBytesAndAddresses(string format, string contentType)
    {
        using var bytes = await client.GenerateAsync(new { prompt = "a cube", size = "256x256", response_format = "b64_json", output_format = format, output_compression = 80 });
        var data = Assert.Single(await bytes.DataAsync());
        Assert.Equal(["b64_json"], data.EnumerateObject().Select(member => member.Name));
        var picture = data.GetProperty("b64_json").GetBytesFromBase64();
        Assert.Equal(contentType, TypeOf(picture));
        Assert.Equal(256, PictureDecoder.Decode(picture).Width);

        using var addresses = await client.GenerateAsync(new { prompt = "a cube", size = "256x256", output_format = format });
        using var fetched = await client.GetAsync((await addresses.DataAsync())[0].GetProperty("url").GetString(), Cancellation);
        Assert.Equal(contentType, fetched.Content.Headers.ContentType?.MediaType);
        Assert.Equal(contentType, TypeOf(await fetched.Content.ReadAsByteArrayAsync(Cancellation)));
    }

    [Fact]
    public async Task Generations_FieldsOfOtherModels_AreIgnoredWithGrace()
    {
        using var response = await client.GenerateAsync(new
        {
            model = "dall-e-2",
            prompt = "a cube",
            size = "256x256",
            background = "transparent",
            moderation = "low",
            style = "vivid",
            quality = "auto",
            user = (string?)null,
            n = (int?)null,
            something_new = new { deep = new[] { 1, 2 } },
        });

        Assert.Single(await response.DataAsync());
    }

    [Theory]
    [InlineData("256x256", 256)]
    [InlineData("512x512", 512)]
    [InlineData("1024x1024", 1024)]
    public async Task Generations_TenPictures_ComeInEverySize(string size, int side)
    {
        using var response = await client.GenerateAsync(new { prompt = "a cube", size, n = 10, response_format = "b64_json", output_format = "jpeg" });

        var pictures = await response.DataAsync();
        Assert.Equal(10, pictures.Count);
        Assert.All(pictures, picture => Assert.Equal(side, PictureDecoder.Decode(picture.GetProperty("b64_json").GetBytesFromBase64()).Width));
    }

    [Fact]
    public async Task Edits_AsJson_AreReadLikeAForm()
    {
        static object Address(byte[] png) => new { image_url = $"data:image/png;base64,{Convert.ToBase64String(png)}" };
        var body = new { prompt = "a cube", images = new[] { Address(TestPictures.Png(64, 64)) }, mask = Address(OpenAiCalls.Transparent(64)), n = 2, size = "256x256" };
        using var response = await client.PostAsJsonAsync(OpenAiCalls.Edits, body, Cancellation);

        Assert.Equal(2, (await response.DataAsync()).Count);
    }

    public static TheoryData<string> ImageNames => ["image", "image[]", "image[0]"];

    [Theory]
    [MemberData(nameof(ImageNames))]
    public async Task Edits_FieldsInAnyOrderAndWords_AreRead(string image)
    {
        using var after = await client.PostAsync(
            OpenAiCalls.Edits, ("prompt", "a cube"), ("n", "2"), ("size", "256x256"), ("response_format", "b64_json"), (image, TestPictures.Png(64, 64)), ("mask", OpenAiCalls.Transparent(64)));
        using var before = await client.PostAsync(
            OpenAiCalls.Edits, (image, TestPictures.Png(64, 64)), ("mask", OpenAiCalls.Transparent(64)), ("size", "256x256"), ("prompt", "a cube"), ("stream", "false"), ("user", ""));

        Assert.Equal(2, (await after.DataAsync()).Count);
        Assert.Single(await before.DataAsync());
    }

    [Theory]
    [InlineData("application/octet-stream")]
    [InlineData("text/html")]
    [InlineData(null)]
    public async Task Variations_WhateverTypeThePartSays_AreReadByTheirBytes(string? type)
    {
        var part = new ByteArrayContent(TestPictures.Png(64, 64));
        if (type is not null)
        {
            part.Headers.TryAddWithoutValidation("Content-Type", type);
        }

        using var form = new MultipartFormDataContent { { part, "image", "../../a.php" }, { new StringContent("256x256"), "size" } };
        using var response = await client.PostAsync(OpenAiCalls.Variations, form, Cancellation);

        Assert.Single(await response.DataAsync());
    }

    [Fact]
    public async Task Edits_PartsWithoutAFileName_ArePictures()
    {
        using var form = new MultipartFormDataContent
        {
            { new StringContent("a cube"), "prompt" },
            { new ByteArrayContent(TestPictures.Png(64, 64)), "image[]" },
            { new ByteArrayContent(OpenAiCalls.Transparent(64)), "mask" },
            { new StringContent("256x256"), "size" },
        };
        using var response = await client.PostAsync(OpenAiCalls.Edits, form, Cancellation);

        Assert.Single(await response.DataAsync());
    }

    [Fact]
    public async Task Edits_EmptyMask_IsNone()
    {
        using var response = await client.PostAsync(OpenAiCalls.Edits, ("image", OpenAiCalls.Transparent(64)), ("mask", ""), ("prompt", "a cube"), ("size", "256x256"));

        Assert.Single(await response.DataAsync());
    }

    [Fact]
    public async Task Job_OfAProgram_IsOrdinaryPrivateAndMarked()
    {
        var before = await client.UsedAsync();
        using var response = await client.GenerateAsync(new { prompt = "marked by a program", size = "256x256", n = 2, user = "user-1234" });
        await response.DataAsync();

        Assert.Equal(before + 2, await client.UsedAsync());
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        var job = await database.Jobs.SingleAsync(row => row.Prompt == "marked by a program", Cancellation);
        Assert.Equal(("API", "user-1234", studio.Administrator.Id), (job.Tag, job.EndUser, job.PersonId));
        Assert.All(await database.Pictures.Where(image => image.JobId == job.Id).ToListAsync(Cancellation), image => Assert.Equal(("API", "private"), (image.Tag, image.Visibility)));
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
    }

    [Fact]
    public async Task Address_Altered_IsNotFound()
    {
        using var response = await client.GenerateAsync(new { prompt = "a cube", size = "256x256" });
        var address = (await response.DataAsync())[0].GetProperty("url").GetString()!;
        var at = address.LastIndexOf('/') + 20;
        using var altered = await client.GetAsync($"{address[..at]}{(address[at] == 'A' ? 'B' : 'A')}{address[(at + 1)..]}", Cancellation);
        using var nonsense = await client.GetAsync("/v1/images/content/nonsense.png", Cancellation);

        Assert.Equal((HttpStatusCode.NotFound, HttpStatusCode.NotFound), (altered.StatusCode, nonsense.StatusCode));
        await altered.FaultAsync();
    }

    [Fact]
    public async Task Curl_FormOf2022_IsUnderstood()
    {
        // As curl 7 sends it: quoted names, a content type for the file, none for text.
        const string Boundary = "------------------------d74496d66958873e";
        var body = new MemoryStream();
        body.Write(Encoding.ASCII.GetBytes($"--{Boundary}\r\nContent-Disposition: form-data; name=\"image\"; filename=\"image_edit_original.png\"\r\nContent-Type: image/png\r\n\r\n"));
        body.Write(TestPictures.Png(64, 64));
        body.Write(Encoding.ASCII.GetBytes($"\r\n--{Boundary}\r\nContent-Disposition: form-data; name=\"mask\"; filename=\"image_edit_mask.png\"\r\nContent-Type: image/png\r\n\r\n"));
        body.Write(OpenAiCalls.Transparent(64));
        foreach (var (name, value) in (ReadOnlySpan<(string, string)>)[("prompt", "A cute baby sea otter wearing a beret"), ("n", "2"), ("size", "256x256")])
        {
            body.Write(Encoding.ASCII.GetBytes($"\r\n--{Boundary}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}"));
        }

        body.Write(Encoding.ASCII.GetBytes($"\r\n--{Boundary}--\r\n"));
        using var content = new ByteArrayContent(body.ToArray());
        content.Headers.TryAddWithoutValidation("Content-Type", $"multipart/form-data; boundary={Boundary}");
        using var response = await client.PostAsync(OpenAiCalls.Edits, content, Cancellation);

        Assert.Equal(2, (await response.DataAsync()).Count);
    }

    private static string TypeOf(byte[] picture) => picture switch
    {
        [0x89, 0x50, ..] => "image/png",
        [0xFF, 0xD8, ..] => "image/jpeg",
        [0x52, 0x49, 0x46, 0x46, ..] => "image/webp",
        _ => "none",
    };
}
