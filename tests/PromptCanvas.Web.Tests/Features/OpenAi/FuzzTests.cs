using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

using PromptCanvas.Data;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Malformed bodies, on both databases: always an error in OpenAI's format, never a 500, no internal details, and no picture that was not
/// requested.</summary>
public sealed class FuzzTests(PostgresServer server) : IAsyncDisposable
{
    private const int Rounds = 60;
    private const string Boundary = "fuzzed-boundary";

    private const string Signs = "\0{}[]\",:-9\r\n";

    // Values of unexpected types, as clients send them.
    private static readonly string[] Strange =
        ["null", "true", "5", "-1", "1e999", "\"\"", "\" \"", "\"\\u0000\"", "\"a\\u0000b\"", "\"\\ud83d\"", "[]", "[\"a cube\"]", "{}", "{ \"a\": [null] }", "\"1\"", "\"true\""];

    private readonly Studio studio = new();

    public static TheoryData<DatabaseProvider, int> Seeds => new(
        from provider in (DatabaseProvider[])[DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql]
        from seed in (int[])[1, 2, 3]
        select (provider, seed));

    public static TheoryData<string> ContentTypes =>
    [
        "multipart/form-data", "multipart/form-data; boundary=", $"multipart/form-data; boundary=\"{new string('a', 150)}\"", "multipart/form-data; boundary=another",
        "multipart/mixed; boundary=" + Boundary, "application/x-www-form-urlencoded", "text/plain; charset=nonsense", "application/json", "",
    ];

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Generations_BrokenJson_IsAnsweredInWords(DatabaseProvider provider, int seed)
    {
        using var client = await OpenAsync(provider);
        var random = new Random(seed);
        const string Good = """{ "prompt": "a cube", "n": 1, "size": "256x256", "response_format": "b64_json", "user": "me", "model": "dall-e-2", "stream": false, "partial_images": 0, "output_format": "png", "extra": { "deep": [1, 2, {}] } }""";
        for (var round = 0; round < Rounds; round++)
        {
            var body = random.Next(2) == 0 ? Break(Encoding.UTF8.GetBytes(Good), random) : Exchange(Good, random);
            await AssertAnsweredAsync(client, OpenAiCalls.Generations, body, "application/json");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Edits_BrokenJson_IsAnsweredInWords(DatabaseProvider provider, int seed)
    {
        using var client = await OpenAsync(provider);
        var random = new Random(seed);
        var (image, mask) = (Convert.ToBase64String(TestPictures.Png(16, 16)), Convert.ToBase64String(OpenAiCalls.Transparent(16)));
        var good = $$"""{ "prompt": "a cube", "images": [{ "image_url": "data:image/png;base64,{{image}}" }], "mask": { "image_url": "data:image/png;base64,{{mask}}" }, "n": 1, "size": "256x256", "user": "me" }""";
        for (var round = 0; round < Rounds; round++)
        {
            var body = random.Next(2) == 0 ? Break(Encoding.UTF8.GetBytes(good), random) : Exchange(good, random);
            await AssertAnsweredAsync(client, OpenAiCalls.Edits, body, "application/json");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Pictures_BrokenMultipart_IsAnsweredInWords(DatabaseProvider provider, int seed)
    {
        using var client = await OpenAsync(provider);
        var random = new Random(seed);
        var good = await FormAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await AssertAnsweredAsync(client, random.Next(2) == 0 ? OpenAiCalls.Edits : OpenAiCalls.Variations, Break(good, random), $"multipart/form-data; boundary={Boundary}");
        }
    }

    [Theory]
    [MemberData(nameof(ContentTypes))]
    public async Task ContentType_Strange_IsAnsweredInWords(string contentType)
    {
        using var client = await OpenAsync(DatabaseProvider.Sqlite);
        Assert.False(await AssertAnsweredAsync(client, OpenAiCalls.Edits, await FormAsync(), contentType));
    }

    private static async Task<byte[]> FormAsync()
    {
        using var form = new MultipartFormDataContent(Boundary)
        {
            { new ByteArrayContent(TestPictures.Png(16, 16)), "image", "a.png" },
            { new ByteArrayContent(OpenAiCalls.Transparent(16)), "mask", "b.png" },
            { new StringContent("a cube"), "prompt" },
            { new StringContent("1"), "n" },
            { new StringContent("256x256"), "size" },
            { new StringContent("me"), "user" },
        };
        return await form.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
    }

    private static byte[] Break(byte[] good, Random random)
    {
        var bytes = good.ToList();
        for (var changes = random.Next(1, 6); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            switch (random.Next(5))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes.RemoveRange(at, Math.Min(bytes.Count - at, random.Next(1, 40)));
                    break;
                case 2:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, random.Next(1, 40))));
                    break;
                case 3:
                    bytes.Insert(at, (byte)Signs[random.Next(Signs.Length)]);
                    break;
                default:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }

        return [.. bytes];
    }

    /// <summary>Well-formed JSON with an unexpected value in one field.</summary>
    private static byte[] Exchange(string good, Random random)
    {
        var members = JsonNode.Parse(good)!.AsObject().Select(member => (member.Key, Text: member.Value!.ToJsonString())).ToList();
        var changed = random.Next(members.Count);
        members[changed] = (members[changed].Key, Strange[random.Next(Strange.Length)]);
        return Encoding.UTF8.GetBytes($"{{ {string.Join(", ", members.Select(member => $"\"{member.Key}\": {member.Text}"))} }}");
    }

    // With duplicate keys the last one counts, as most parsers do it.
    private static bool AsksInWords(byte[] body)
    {
        using var document = JsonDocument.Parse(body);
        return document.RootElement.EnumerateObject().LastOrDefault(member => member.Name == "prompt").Value is { ValueKind: JsonValueKind.String } prompt
            && !string.IsNullOrWhiteSpace(prompt.GetString());
    }

    /// <returns>Whether the response contains pictures.</returns>
    private static async Task<bool> AssertAnsweredAsync(HttpClient client, string path, byte[] body, string contentType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
        {
            Assert.True(contentType != "application/json" || AsksInWords(body), Encoding.UTF8.GetString(body));
            if (response.Content.Headers.ContentType?.MediaType == "application/json")
            {
                Assert.NotEmpty(await response.DataAsync());
            }

            return true;
        }

        Assert.True((int)response.StatusCode is >= 400 and < 500, $"{response.StatusCode}: {Encoding.UTF8.GetString(body)}");
        await response.FaultAsync();
        return false;
    }

    private async Task<HttpClient> OpenAsync(DatabaseProvider provider)
    {
        if (provider == DatabaseProvider.PostgreSql)
        {
            studio.Settings["Database:Provider"] = "PostgreSql";
            studio.Settings["ConnectionStrings:PromptCanvas"] = await server.NewDatabaseAsync();
        }

        return studio.CreateClient();
    }
}
