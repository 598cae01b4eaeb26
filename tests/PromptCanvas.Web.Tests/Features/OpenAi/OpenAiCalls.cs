using System.Net.Http.Json;
using System.Text.Json;

using NetVips;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Requests as clients of OpenAI's API send them.</summary>
internal static class OpenAiCalls
{
    public const string Generations = "/v1/images/generations";
    public const string Edits = "/v1/images/edits";
    public const string Variations = "/v1/images/variations";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static Task<HttpResponseMessage> GenerateAsync(this HttpClient client, object body) => client.PostAsJsonAsync(Generations, body, Cancellation);

    public static Task<HttpResponseMessage> PostAsync(this HttpClient client, string path, params (string Name, object Value)[] parts) => client.PostAsync(path, Form(parts), Cancellation);

    /// <summary>Byte values become files without a content type, all others text.</summary>
    public static MultipartFormDataContent Form(params (string Name, object Value)[] parts)
    {
        var form = new MultipartFormDataContent();
        foreach (var (name, value) in parts)
        {
            if (value is byte[] bytes)
            {
                form.Add(new ByteArrayContent(bytes), name, "picture.bin");
            }
            else
            {
                form.Add(new StringContent($"{value}"), name);
            }
        }

        return form;
    }

    /// <summary>A square with a transparent middle third.</summary>
    public static byte[] Transparent(int side)
    {
        using var opaque = Image.NewFromBuffer(TestPictures.Png(side, side));
        using var alpha = Image.NewFromBuffer(TestPictures.Mask(side, side));
        using var band = alpha[0];
        using var both = opaque.Bandjoin(band);
        return both.PngsaveBuffer();
    }

    /// <summary>Asserts that the response is OpenAI's error object with all four keys and no internal details.</summary>
    public static async Task<JsonElement> FaultAsync(this HttpResponseMessage response)
    {
        var text = await response.Content.ReadAsStringAsync(Cancellation);
        var body = JsonSerializer.Deserialize<JsonElement>(text);
        var error = body.GetProperty("error");
        Assert.Equal(["error"], body.EnumerateObject().Select(member => member.Name));
        Assert.Equal(["message", "type", "param", "code"], error.EnumerateObject().Select(member => member.Name));
        Assert.NotEmpty(error.GetProperty("message").GetString()!);
        Assert.NotEmpty(error.GetProperty("type").GetString()!);
        Assert.DoesNotContain("   at ", text, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", text, StringComparison.Ordinal);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.StartsWith("req_", Assert.Single(response.Headers.GetValues("x-request-id")), StringComparison.Ordinal);
        return error;
    }

    public static async Task<List<JsonElement>> DataAsync(this HttpResponseMessage response)
    {
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Cancellation));
        var body = await response.ReadJsonAsync();
        Assert.Equal(["created", "data"], body.EnumerateObject().Select(member => member.Name));
        return [.. body.GetProperty("data").EnumerateArray()];
    }

    public static async Task<int> UsedAsync(this HttpClient client)
    {
        using var response = await client.GetAsync("/api/me/quota", Cancellation);
        return (await response.ReadJsonAsync()).GetProperty("used").GetInt32();
    }
}
