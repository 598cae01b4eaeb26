using System.Text;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Broken bodies: always an answer in the client's words, never a 500, never our insides.</summary>
public sealed class FuzzTests(Studio studio) : IClassFixture<Studio>
{
    private const int Rounds = 60;
    private const string Boundary = "fuzzed-boundary";

    private const string Signs = "\0{}[]\",:-9\r\n";

    private readonly HttpClient client = studio.CreateClient();

    public static TheoryData<int> Seeds => [1, 2, 3];

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Json_Broken_IsAnsweredInWords(int seed)
    {
        var random = new Random(seed);
        var good = Encoding.UTF8.GetBytes("""{ "prompt": "a cube", "n": 1, "size": "256x256", "response_format": "b64_json", "user": "me", "stream": false, "extra": { "deep": [1, 2, {}] } }""");
        for (var round = 0; round < Rounds; round++)
        {
            await AssertAnsweredAsync(OpenAiCalls.Generations, Break(good, random), "application/json");
        }
    }

    [Theory]
    [MemberData(nameof(Seeds))]
    public async Task Multipart_Broken_IsAnsweredInWords(int seed)
    {
        var random = new Random(seed);
        var good = await FormAsync();
        for (var round = 0; round < Rounds; round++)
        {
            await AssertAnsweredAsync(random.Next(2) == 0 ? OpenAiCalls.Edits : OpenAiCalls.Variations, Break(good, random), $"multipart/form-data; boundary={Boundary}");
        }
    }

    [Theory]
    [InlineData("multipart/form-data")]
    [InlineData("multipart/form-data; boundary=")]
    [InlineData("multipart/form-data; boundary=\"" + "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("text/plain; charset=nonsense")]
    [InlineData("")]
    public async Task ContentType_Strange_IsAnsweredInWords(string contentType) =>
        await AssertAnsweredAsync(OpenAiCalls.Edits, await FormAsync(), contentType);

    private static async Task<byte[]> FormAsync()
    {
        using var form = new MultipartFormDataContent(Boundary)
        {
            { new ByteArrayContent(TestPictures.Png(16, 16)), "image", "a.png" },
            { new ByteArrayContent(OpenAiCalls.Transparent(16)), "mask", "b.png" },
            { new StringContent("a cube"), "prompt" },
            { new StringContent("1"), "n" },
            { new StringContent("256x256"), "size" },
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

    private async Task AssertAnsweredAsync(string path, byte[] body, string contentType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await client.PostAsync(path, content, TestContext.Current.CancellationToken);
        if (response.IsSuccessStatusCode)
        {
            return;
        }

        Assert.InRange((int)response.StatusCode, 400, 429);
        await response.FaultAsync();
    }
}
