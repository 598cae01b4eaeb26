using System.Net.Http.Json;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Every answer under /v1 follows OpenAI's published schemas: openai-schemas.json has their source and licence.</summary>
public sealed class SchemaTests(Studio studio) : IClassFixture<Studio>
{
    private static readonly JsonElement Schemas = JsonDocument.Parse(File.ReadAllText(
        Path.Combine(Studio.RepoRoot, "tests", "PromptCanvas.Web.Tests", "Features", "OpenAi", "openai-schemas.json"))).RootElement.GetProperty("schemas");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{ "prompt": "a cube" }""")]
    [InlineData("""{ "prompt": "a cube", "size": "256x256", "response_format": "b64_json", "n": 2 }""")]
    [InlineData("""{ "prompt": "a cube", "output_format": "jpeg", "response_format": "b64_json" }""")]
    [InlineData("""{ "model": "dall-e-3", "prompt": "a cube", "size": "1792x1024", "quality": "hd", "style": "vivid" }""")]
    [InlineData("""{ "model": "gpt-image-1", "prompt": "a cube" }""")]
    [InlineData("""{ "model": "gpt-image-1", "prompt": "a cube", "size": "1536x1024", "quality": "high", "background": "transparent", "output_format": "webp" }""")]
    [InlineData("""{ "model": "gpt-image-1-mini", "prompt": "a cube", "size": "auto", "quality": "auto" }""")]
    public async Task Generations_AreImagesResponses(string body)
    {
        using var client = studio.CreateClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync(OpenAiCalls.Generations, content, Cancellation);

        Follows("ImagesResponse", await response.ReadJsonAsync());
    }

    [Theory]
    [InlineData("gpt-image-1", "auto", true)]
    [InlineData("gpt-image-1", "1024x1536", false)]
    [InlineData("dall-e-2", "512x512", true)]
    [InlineData("dall-e-2", "256x256", false)]
    public async Task Edits_AreImagesResponses(string model, string size, bool hasMask)
    {
        using var client = studio.CreateClient();
        (string, object)[] parts = [("model", model), ("image", TestPictures.Png(96, 64)), ("prompt", "a cube"), ("size", size)];
        using var response = await client.PostAsync(OpenAiCalls.Edits, hasMask ? [.. parts, ("mask", TestPictures.Mask(96, 64))] : parts);

        Follows("ImagesResponse", await response.ReadJsonAsync());
    }

    [Fact]
    public async Task Variations_AreImagesResponses()
    {
        using var client = studio.CreateClient();
        using var response = await client.PostAsync(OpenAiCalls.Variations, ("image", TestPictures.Png(64, 64)), ("size", "256x256"), ("n", "2"));

        Follows("ImagesResponse", await response.ReadJsonAsync());
    }

    [Theory]
    [InlineData("gpt-image-1", "1536x1024", "low")]
    [InlineData("dall-e-2", "256x256", "standard")]
    public async Task Streams_AreTheEventsOfTheirCalls(string model, string size, string quality)
    {
        using var client = studio.CreateClient();
        var generation = new { model, prompt = "a cube", size, quality, stream = true, partial_images = 3, output_format = "jpeg" };
        using var generated = await client.PostAsJsonAsync(OpenAiCalls.Generations, generation, Cancellation);
        var events = await EventsAsync(generated);
        using var edited = await client.PostAsync(
            OpenAiCalls.Edits, ("model", model), ("image", TestPictures.Png(64, 64)), ("prompt", "a cube"), ("size", size), ("quality", quality), ("stream", "true"), ("partial_images", "2"));
        events.AddRange(await EventsAsync(edited));

        foreach (var (type, data) in events)
        {
            Follows(
                type switch
                {
                    "image_generation.partial_image" => "ImageGenPartialImageEvent",
                    "image_generation.completed" => "ImageGenCompletedEvent",
                    "image_edit.partial_image" => "ImageEditPartialImageEvent",
                    _ => "ImageEditCompletedEvent",
                },
                data);
        }

        Assert.Equal(["image_edit.completed", "image_generation.completed"], events.Select(one => one.Type).Where(type => type.EndsWith("completed", StringComparison.Ordinal)).Order());
    }

    [Fact]
    public async Task Models_AreModels()
    {
        using var client = studio.CreateClient();
        Follows("ListModelsResponse", await client.GetFromJsonAsync<JsonElement>("/v1/models", Cancellation));
        foreach (var name in (string[])["dall-e-2", "gpt-image-1", "starter"])
        {
            Follows("Model", await client.GetFromJsonAsync<JsonElement>($"/v1/models/{name}", Cancellation));
        }
    }

    [Theory]
    [InlineData("POST", "/v1/images/generations", """{ }""")]
    [InlineData("POST", "/v1/images/generations", """{ "prompt": "a cube", "model": "none" }""")]
    [InlineData("POST", "/v1/images/generations", """{ "prompt": "a cube", "n": "x" }""")]
    [InlineData("POST", "/v1/images/variations", """{ }""")]
    [InlineData("GET", "/v1/models/none", null)]
    [InlineData("GET", "/v1/images/generations", null)]
    [InlineData("POST", "/v1/embeddings", """{ }""")]
    [InlineData("POST", "/images/generations", """{ }""")]
    public async Task Errors_AreErrorResponses(string method, string path, string? body)
    {
        using var client = studio.ClientOf(null);
        client.DefaultRequestHeaders.Authorization = new("Bearer", studio.Administrator.Key);
        using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json") };
        using var response = await client.SendAsync(request, Cancellation);

        Assert.False(response.IsSuccessStatusCode);
        Follows("ErrorResponse", await response.ReadJsonAsync());
    }

    [Theory]
    [InlineData("""{ "created": "now" }""", "$.created")]
    [InlineData("""{ "data": [] }""", "created")]
    [InlineData("""{ "created": 1, "quality": "standard" }""", "$.quality")]
    [InlineData("""{ "created": 1, "data": [{ "link": "x" }] }""", "$.data[0].link")]
    public void Validator_OfWhatIsWrong_SaysWhere(string answer, string place)
    {
        var faults = new List<string>();
        Check(Schemas.GetProperty("ImagesResponse"), JsonDocument.Parse(answer).RootElement, "$", faults);

        Assert.Contains(place, Assert.Single(faults), StringComparison.Ordinal);
    }

    private static async Task<List<(string Type, JsonElement Data)>> EventsAsync(HttpResponseMessage response)
    {
        var events = new List<(string, JsonElement)>();
        await using var stream = await response.Content.ReadAsStreamAsync(Cancellation);
        await foreach (var one in SseParser.Create(stream).EnumerateAsync(Cancellation))
        {
            events.Add((one.EventType, JsonSerializer.Deserialize<JsonElement>(one.Data)));
        }

        return events;
    }

    private static void Follows(string schema, JsonElement answer)
    {
        var faults = new List<string>();
        Check(Schemas.GetProperty(schema), answer, "$", faults);
        Assert.True(faults.Count == 0, $"{schema}: {string.Join("; ", faults)}");
    }

    private static void Check(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (schema.TryGetProperty("$ref", out var reference))
        {
            Check(Schemas.GetProperty(reference.GetString()!.Split('/')[^1]), value, path, faults);
            return;
        }

        if (schema.TryGetProperty("anyOf", out var choices) || schema.TryGetProperty("oneOf", out choices))
        {
            if (!choices.EnumerateArray().Any(choice => Fits(choice, value)))
            {
                faults.Add($"{path} is {value.GetRawText()}");
            }

            return;
        }

        if (schema.TryGetProperty("type", out var type) && !IsOf(type.GetString()!, value))
        {
            faults.Add($"{path} is {value.ValueKind} instead of {type}");
        }
        else if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(one => one.ToString() == value.ToString()))
        {
            faults.Add($"{path} is '{value}'");
        }

        CheckMembers(schema, value, path, faults);
    }

    private static void CheckMembers(JsonElement schema, JsonElement value, string path, List<string> faults)
    {
        if (value.ValueKind == JsonValueKind.Array && schema.TryGetProperty("items", out var items))
        {
            foreach (var (item, index) in value.EnumerateArray().Select((item, index) => (item, index)))
            {
                Check(items, item, $"{path}[{index}]", faults);
            }
        }

        if (value.ValueKind != JsonValueKind.Object || !schema.TryGetProperty("properties", out var properties))
        {
            return;
        }

        foreach (var member in value.EnumerateObject())
        {
            if (properties.TryGetProperty(member.Name, out var property))
            {
                Check(property, member.Value, $"{path}.{member.Name}", faults);
            }
            else
            {
                faults.Add($"{path}.{member.Name} is not in the schema");
            }
        }

        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];
        faults.AddRange(required.Where(name => !value.TryGetProperty(name, out _)).Select(name => $"{path} has no {name}"));
    }

    private static bool Fits(JsonElement schema, JsonElement value)
    {
        var faults = new List<string>();
        Check(schema, value, "$", faults);
        return faults.Count == 0;
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "integer" => value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out _),
        "number" => value.ValueKind == JsonValueKind.Number,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        _ => true,
    };
}
