using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Every error under /v1 is OpenAI's error object, and refused requests are not charged.</summary>
public sealed class ErrorTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static TheoryData<string, string?, string?, string> Json => new()
    {
        { """{ "n": 1 }""", "prompt", "missing_required_parameter", "Missing required parameter: 'prompt'." },
        { """{ "prompt": "  " }""", "prompt", null, "The prompt is empty" },
        { $$"""{ "prompt": "{{new string('x', 1001)}}" }""", "prompt", "string_above_max_length", "maximum length 1000" },
        { """{ "prompt": "a cube", "n": 11 }""", "n", "integer_above_max_value", "<= 10" },
        { """{ "prompt": "a cube", "n": 0 }""", "n", "integer_below_min_value", ">= 1" },
        { """{ "prompt": "a cube", "n": "many" }""", "n", "invalid_type", "expected an integer" },
        { """{ "prompt": "a cube", "n": 1.5 }""", "n", "invalid_type", "expected an integer" },
        { """{ "prompt": "a cube", "n": 1e40 }""", "n", "invalid_type", "expected an integer" },
        { """{ "prompt": "a cube", "n": [1] }""", "n", "invalid_type", "expected an integer" },
        { """{ "prompt": "a cube", "size": "1536x1024" }""", "size", "invalid_value", "Invalid value: '1536x1024'. Supported values are: '256x256', '512x512', and '1024x1024'." },
        { """{ "prompt": "a cube", "response_format": "bytes" }""", "response_format", "invalid_value", "'url' and 'b64_json'" },
        { $$"""{ "prompt": "{{new string('x', 32001)}}", "model": "gpt-image-1" }""", "prompt", "string_above_max_length", "maximum length 32000" },
        { """{ "prompt": "a cube", "model": "dall-e-3", "size": "256x256" }""", "size", "invalid_value", "'1024x1024', '1792x1024', and '1024x1792'" },
        { """{ "prompt": "a cube", "model": "dall-e-3", "style": "baroque" }""", "style", "invalid_value", "'vivid' and 'natural'" },
        { """{ "prompt": "a cube", "model": "gpt-image-1", "size": "1792x1024" }""", "size", "invalid_value", "'1024x1024', '1536x1024', and '1024x1536'" },
        { """{ "prompt": "a cube", "model": "gpt-image-1", "background": "blue" }""", "background", "invalid_value", "'transparent', 'opaque', and 'auto'" },
        { """{ "prompt": "a cube", "model": "gpt-image-1", "quality": "best" }""", "quality", "invalid_value", "'low'" },
        { """{ "prompt": "a cube", "quality": "hd" }""", "quality", "invalid_value", "'standard' and 'auto'" },
        { """{ "prompt": "a cube", "output_format": "gif" }""", "output_format", "invalid_value", "'png', 'jpeg', and 'webp'" },
        { """{ "prompt": "a cube", "partial_images": 4 }""", "partial_images", "integer_above_max_value", "<= 3" },
        { """{ "prompt": "a cube", "stream": "perhaps" }""", "stream", "invalid_type", "expected a boolean" },
        { """{ "prompt": "a\u0000cube" }""", "prompt", null, "NUL" },
        { """{ "prompt": "a cube", "user": "me\u0000" }""", "user", null, "NUL" },
        { """{ "prompt": ["a cat"] }""", "prompt", "invalid_type", "Invalid type for 'prompt': expected a string, but got an array instead." },
        { """{ "prompt": {} }""", "prompt", "invalid_type", "expected a string, but got an object" },
        { """{ "prompt": 5 }""", "prompt", "invalid_type", "expected a string, but got a number" },
        { """{ "prompt": true }""", "prompt", "invalid_type", "expected a string, but got a boolean" },
        { """{ "prompt": "a cube", "user": {} }""", "user", "invalid_type", "expected a string, but got an object" },
        { """{ "prompt": "a cube", "model": [] }""", "model", "invalid_type", "expected a string, but got an array" },
        { """{ "prompt": "a cube", "size": ["256x256"] }""", "size", "invalid_type", "expected a string, but got an array" },
        { """{ "prompt": "a cube", "size": 256 }""", "size", "invalid_type", "expected a string, but got a number" },
        { """{ "prompt": "a cube", "response_format": {} }""", "response_format", "invalid_type", "expected a string, but got an object" },
        { """{ "prompt": "a cube", "output_format": false }""", "output_format", "invalid_type", "expected a string, but got a boolean" },
        { """{ "prompt": "a cube", "n": {} }""", "n", "invalid_type", "expected an integer, but got an object" },
        { """{ "prompt": "a cube", "n": true }""", "n", "invalid_type", "expected an integer, but got a boolean" },
        { """{ "prompt": "a cube", "stream": [true] }""", "stream", "invalid_type", "expected a boolean, but got an array" },
        { """{ "prompt": "a cube", "stream": 1 }""", "stream", "invalid_type", "expected a boolean, but got a number" },
        { "{ not json", null, null, "We could not parse the JSON body" },
        { "[]", null, null, "We could not parse the JSON body" },
        { "", null, null, "We could not parse the JSON body" },
    };

    [Theory]
    [MemberData(nameof(Json))]
    public async Task Generations_WhatCannotBeMade_IsABadRequest(string body, string? param, string? code, string message)
    {
        var before = await client.UsedAsync();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(OpenAiCalls.Generations, content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = await response.FaultAsync();
        Assert.Equal(("invalid_request_error", param, code), (error.GetProperty("type").GetString(), error.GetProperty("param").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await client.UsedAsync());
    }

    public static TheoryData<string, string, string> Pictures => new()
    {
        { "a gif", "image", "This is a GIF file. Save it as JPEG or PNG." },
        { "a heic", "image", "This is a HEIC file. Save it as JPEG or PNG." },
        { "an avif of tiles", "image", "The AVIF file is damaged, or of a kind that is not read. Save it as JPEG or PNG." },
        { "too large", "image", "Uploaded image must be a PNG, JPEG, WebP or AVIF and less than 20 MB." },
        { "cut off", "image", "Uploaded image must be a PNG, JPEG, WebP or AVIF and less than 20 MB." },
        { "of another shape", "mask", "same dimensions" },
        { "nothing masked", "mask", "The mask is empty" },
        { "mask of another size", "mask", "same dimensions" },
        { "mask is no picture", "mask", "Uploaded mask must be a PNG" },
        { "none", "image", "Missing required parameter: 'image'." },
        { "words", "image", "Uploaded image must be a PNG, JPEG, WebP or AVIF and less than 20 MB." },
        { "seventeen", "image", "at most 16" },
        { "no prompt", "prompt", "Missing required parameter: 'prompt'." },
        { "spaces without a mask", "prompt", "is empty" },
        { "thin mask", "mask", "too thin" },
    };

    [Theory]
    [MemberData(nameof(Pictures))]
    public async Task Edits_PictureThatCannotBeUsed_IsABadRequest(string fault, string param, string message)
    {
        var before = await client.UsedAsync();
        var (good, mask) = (TestPictures.Png(64, 64), OpenAiCalls.Transparent(64));
        (string, object)[] parts = fault switch
        {
            "a gif" => [("image", "GIF89a nothing"u8.ToArray()), ("mask", mask)],
            "a heic" => [("image", (byte[])[0, 0, 0, 0x18, .. "ftypheic"u8, 0, 0, 0, 0])],
            "an avif of tiles" => [("image", (byte[])[0, 0, 0, 0x10, .. "ftypavif"u8, 0, 0, 0, 0])],
            "too large" => [("image", (byte[])[.. good, .. new byte[20 * 1024 * 1024]]), ("mask", mask)],
            "cut off" => [("image", good[..(good.Length / 2)]), ("mask", mask)],
            "of another shape" => [("image", TestPictures.Png(64, 32)), ("mask", mask)],
            "nothing masked" => [("image", good), ("mask", White(64))],
            "mask of another size" => [("image", good), ("mask", OpenAiCalls.Transparent(32))],
            "mask is no picture" => [("image", good), ("mask", "RIFF"u8.ToArray())],
            "words" => [("image", "a cube"), ("mask", mask)],
            "seventeen" => [.. Enumerable.Repeat(("image[]", (object)good), 17)],
            "no prompt" => [("image", good), ("mask", mask)],
            "spaces without a mask" => [("image", good), ("prompt", "  ")],
            "thin mask" => [("image", good), ("mask", Line(64)), ("size", "256x256")],
            _ => [("mask", mask)],
        };
        using var response = await client.PostAsync(OpenAiCalls.Edits, fault is "no prompt" or "spaces without a mask" ? parts : [.. parts, ("prompt", "a cube")]);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = await response.FaultAsync();
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(before, await client.UsedAsync());
    }

    [Theory]
    [InlineData("POST", OpenAiCalls.Generations, null, 401, null, "You didn't provide an API key.")]
    [InlineData("POST", OpenAiCalls.Generations, "sk-wrong", 401, "invalid_api_key", "Incorrect API key provided")]
    [InlineData("GET", "/v1/models", "sk-wrong", 401, "invalid_api_key", "Incorrect API key provided")]
    [InlineData("GET", "/v1/models/gpt-4", "owner", 404, "model_not_found", "gpt-4")]
    [InlineData("POST", "/v1/chat/completions", "owner", 404, "unknown_url", "Invalid URL (POST /v1/chat/completions)")]
    [InlineData("GET", "/v1", "owner", 404, "unknown_url", "Invalid URL (GET /v1)")]
    [InlineData("GET", OpenAiCalls.Generations, "owner", 405, "method_not_supported", "Not allowed to GET")]
    [InlineData("POST", OpenAiCalls.Edits, "owner", 400, "missing_required_parameter", "'image'")]
    [InlineData("POST", OpenAiCalls.Variations, "owner", 400, null, "multipart/form-data")]
    [InlineData("POST", OpenAiCalls.Variations, "viewer", 403, "missing_scope", "insufficient permissions")]
    public async Task AnyRefusal_BeforeTheRequestIsRead_IsTheErrorObject(string method, string path, string? key, int status, string? code, string message)
    {
        using var somebody = studio.ClientOf(key == "owner" ? studio.Administrator : key == "viewer" ? await studio.PersonAsync("looker@example.com", PersonRoles.Viewer) : null);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = method == "POST" ? new StringContent("{}", Encoding.UTF8, "application/json") : null };
        if (key is not (null or "owner" or "viewer"))
        {
            request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {key}");
        }

        using var response = await somebody.SendAsync(request, Cancellation);

        Assert.Equal(status, (int)response.StatusCode);
        var error = await response.FaultAsync();
        Assert.Equal(code, error.GetProperty("code").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cookie_WithoutAKey_DoesNotComeIn()
    {
        using var browser = studio.ClientOf(null);
        browser.DefaultRequestHeaders.Add("Cookie", studio.Administrator.Cookie);
        using var response = await browser.PostAsync(OpenAiCalls.Variations, ("image", TestPictures.Png(64, 64)));

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        await response.FaultAsync();
    }

    [Theory]
    [InlineData("""{ "images": [{ "image_url": "https://example.com/a.png" }] }""", "images", "does not fetch URLs")]
    [InlineData("""{ "images": [{ "image_url": "http://169.254.169.254/latest" }] }""", "images", "does not fetch URLs")]
    [InlineData("""{ "images": [{ "image_url": "data:image/png;base64,%%%" }] }""", "images", "does not fetch URLs")]
    [InlineData("""{ "images": [{ "file_id": "file-123" }] }""", "images", "does not store files")]
    [InlineData("""{ "images": "a.png" }""", "images", "expected an array")]
    [InlineData("""{ "images": [{ "image_url": "data:image/png;base64,R0lGODlh" }] }""", "image", "This is a GIF file.")]
    [InlineData("""{ "images": [{ "image_url": "data:image/png;base64,AA==" }, { "image_url": "data:image/png;base64,AA==" }] }""", "image", "Uploaded image must be a PNG")]
    public async Task Edits_JsonThatHoldsNoPicture_IsABadRequest(string body, string param, string message)
    {
        using var content = new StringContent(body.Replace("{ \"images", "{ \"prompt\": \"a cube\", \"images", StringComparison.Ordinal), Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(OpenAiCalls.Edits, content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = await response.FaultAsync();
        Assert.Equal(param, error.GetProperty("param").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Queue_WithAsManyOfOnesOwnAsMayWait_IsARateLimit()
    {
        var busy = await studio.PersonAsync("busy@example.com", PersonRoles.Member);
        Assert.True((await studio.Services.GetRequiredService<ICredits>().SetLimitsAsync(busy.Id, new PersonLimits(MaximumQueued: 0), Cancellation)).TryGet(out _, out _));
        using var impatient = studio.ClientOf(busy);
        using var response = await impatient.GenerateAsync(new { prompt = "a cube", size = "256x256" });

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        var error = await response.FaultAsync();
        Assert.Equal(("requests", "rate_limit_exceeded"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal(10, response.Headers.RetryAfter!.Delta!.Value.TotalSeconds);

        // A retry can succeed here.
        Assert.False(response.Headers.Contains("x-should-retry"));
        Assert.Equal(0, await impatient.UsedAsync());
    }

    [Fact]
    public async Task Credits_Spent_AreNotAskedForAgain()
    {
        var poor = await studio.PersonAsync("poor@example.com", PersonRoles.Member);
        Assert.True((await studio.Services.GetRequiredService<ICredits>().SetLimitsAsync(poor.Id, new PersonLimits(Allowance: 1), Cancellation)).TryGet(out _, out _));
        using var spender = studio.ClientOf(poor);
        using var response = await spender.GenerateAsync(new { prompt = "a cube", n = 2, size = "256x256" });

        Assert.Equal(HttpStatusCode.TooManyRequests, response.StatusCode);
        Assert.Equal("false", Assert.Single(response.Headers.GetValues("x-should-retry")));
        var error = await response.FaultAsync();
        Assert.Equal(("insufficient_quota", "insufficient_quota"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Equal(0, await spender.UsedAsync());
    }

    [Fact]
    public async Task Database_LockedForTooLong_IsUnavailableAndNothingIsCharged()
    {
        var before = await client.UsedAsync();
        await using (var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation))
        await using (await database.Database.BeginTransactionAsync(Cancellation))
        {
            using var refused = await client.GenerateAsync(new { prompt = "locked out", size = "256x256" });
            Assert.Equal((HttpStatusCode.ServiceUnavailable, 30.0), (refused.StatusCode, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
            var error = await refused.FaultAsync();
            Assert.Equal(("server_error", "server_is_overloaded"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));

            // A retry can succeed here.
            Assert.False(refused.Headers.Contains("x-should-retry"));
        }

        Assert.Equal(before, await client.UsedAsync());
    }

    // White, with a black line of one pixel.
    private static byte[] Line(int side) => White(side, black: side / 2);

    private static byte[] White(int side, int black = 0)
    {
        var bytes = new byte[side * side * 3];
        bytes.AsSpan().Fill(byte.MaxValue);
        bytes.AsSpan(side * (side / 2) * 3, black * 3).Clear();
        return Imaging.Png.PngEncoder.Encode(new Imaging.Pixels.RgbImage(side, side, bytes));
    }
}
