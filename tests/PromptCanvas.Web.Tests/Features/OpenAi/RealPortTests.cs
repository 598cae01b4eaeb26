using System.ClientModel;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;
using OpenAI.Images;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Queue;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>Real clients against a studio on a real port: curl as in OpenAI's documentation of 2022, the official .NET client, and the official Node
/// client with its own retries.</summary>
public sealed class RealPortTests : IAsyncLifetime
{
    private const string NoCurl = "curl is not installed here (Debian: apt-get install curl).";

    // A form may have at most 25 MB.
    private const int TooMuch = 27 * 1024 * 1024;

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-port-").FullName;
    private readonly FlakyFront front = new();
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private Uri Address => studio.ClientOptions.BaseAddress;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, "otter.png"), TestPictures.Png(64, 64), Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "mask.png"), OpenAiCalls.Transparent(64), Cancellation);
        studio.Change = front.AddTo;
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Curl_AsTheDocumentationOf2022HasIt_IsAnswered()
    {
        Assert.SkipUnless(Programs.IsInstalled("curl"), NoCurl);
        Start();
        var generated = await CurlAsync("generations", "-H", "Content-Type: application/json", "-d", """{ "prompt": "A cute baby sea otter", "n": 2, "size": "1024x1024" }""");
        var edited = await CurlAsync("edits", "-F", "image=@otter.png", "-F", "mask=@mask.png", "-F", "prompt=A cute baby sea otter wearing a beret", "-F", "n=2", "-F", "size=1024x1024");
        var varied = await CurlAsync("variations", "-F", "image=@otter.png", "-F", "n=4", "-F", "size=1024x1024");
        Assert.Equal((2, 2, 4), (Addresses(generated).Count, Addresses(edited).Count, Addresses(varied).Count));

        // Fetches the picture's URL without a key.
        await Programs.RunAsync("curl", ["--silent", "--fail", "--output", "made.png", Addresses(edited)[0]], folder);
        var made = PictureDecoder.Decode(await File.ReadAllBytesAsync(Path.Combine(folder, "made.png"), Cancellation));
        Assert.Equal((1024, 1024), (made.Width, made.Height));
    }

    [Fact]
    public async Task Curl_PictureThatIsTooLarge_ReadsTheErrorObject()
    {
        Assert.SkipUnless(Programs.IsInstalled("curl"), NoCurl);
        Start();
        await File.WriteAllBytesAsync(Path.Combine(folder, "huge.png"), new byte[TooMuch], Cancellation);
        var said = await CurlAsync("edits", "--write-out", "\n%{http_code}", "-F", "image=@huge.png", "-F", "prompt=a cube");

        var lines = said.Split('\n');
        var error = JsonSerializer.Deserialize<JsonElement>(lines[0]).GetProperty("error");
        Assert.Equal(("413", "invalid_request_error", "request_too_large"), (lines[1], error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
    }

    [Theory]
    [InlineData(OpenAiCalls.Edits, "multipart/form-data; boundary=a")]
    [InlineData(OpenAiCalls.Edits, "application/json")]
    [InlineData(OpenAiCalls.Variations, "multipart/form-data; boundary=a")]
    [InlineData(OpenAiCalls.Generations, "application/json")]
    public async Task Body_TooLarge_IsTheErrorObject(string path, string contentType)
    {
        Start();
        using var client = new HttpClient { BaseAddress = Address };
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new ByteArrayContent(new byte[TooMuch]) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        request.Headers.TryAddWithoutValidation("Authorization", $"Bearer {studio.Administrator.Key}");

        // Otherwise the response may arrive while the client still sends, and the client sees an aborted connection instead.
        request.Headers.ExpectContinue = true;
        using var response = await client.SendAsync(request, Cancellation);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        Assert.Equal("request_too_large", (await response.FaultAsync()).GetProperty("code").GetString());
    }

    [Theory]
    [InlineData(25_700_000)]
    [InlineData(27_000_000)]
    [InlineData(60_000_000)]
    public async Task Form_TooLarge_OfAClientThatSendsEverythingFirst_StillGetsTheError(int length)
    {
        Start();
        using var form = OpenAiCalls.Form(("image", new byte[length]), ("prompt", "a cube"));
        var body = await form.ReadAsByteArrayAsync(Cancellation);
        using var line = new TcpClient();
        await line.ConnectAsync(Address.Host, Address.Port, Cancellation);
        await using var stream = line.GetStream();
        await stream.WriteAsync(
            Encoding.ASCII.GetBytes($"POST {OpenAiCalls.Edits} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {studio.Administrator.Key}\r\nContent-Type: {form.Headers.ContentType}\r\nContent-Length: {body.Length}\r\n\r\n"),
            Cancellation);
        await stream.WriteAsync(body, Cancellation);
        using var reader = new StreamReader(stream);
        var answer = await reader.ReadToEndAsync(Cancellation);

        Assert.StartsWith("HTTP/1.1 413", answer, StringComparison.Ordinal);
        Assert.Contains("\"error\"", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task DotNetClient_AllItsImageCalls_WorkUnchanged()
    {
        Start();
        var client = DotNetClient(studio.Administrator.Key);
        var (image, mask) = (Path.Combine(folder, "otter.png"), Path.Combine(folder, "mask.png"));
        var generated = (await client.GenerateImageAsync("a red cube", new ImageGenerationOptions { Size = GeneratedImageSize.W256xH256 }, Cancellation)).Value;
        var edited = (await client.GenerateImageEditAsync(
            image, "a red cube", mask, new ImageEditOptions { Size = GeneratedImageSize.W256xH256, ResponseFormat = GeneratedImageFormat.Bytes })).Value;
        var varied = (await client.GenerateImageVariationsAsync(
            image, 2, new ImageVariationOptions { Size = GeneratedImageSize.W256xH256, ResponseFormat = GeneratedImageFormat.Bytes })).Value;

        using var stranger = new HttpClient();
        Assert.Equal(256, PictureDecoder.Decode(await stranger.GetByteArrayAsync(generated.ImageUri, Cancellation)).Width);
        Assert.Equal((256, 2), (PictureDecoder.Decode(edited.ImageBytes.ToArray()).Width, varied.Count));
    }

    [Fact]
    public async Task DotNetClient_LineThatIsCut_AsksAgainByItselfAndIsChargedOnce()
    {
        Start();
        var somebody = await studio.PersonAsync("dropped@example.com", PersonRoles.Member);
        front.CutNext();
        var made = (await DotNetClient(somebody.Key).GenerateImageAsync(
            "a red cube", new ImageGenerationOptions { Size = GeneratedImageSize.W256xH256, ResponseFormat = GeneratedImageFormat.Bytes }, Cancellation)).Value;

        Assert.Equal(256, PictureDecoder.Decode(made.ImageBytes.ToArray()).Width);
        Assert.Equal(2, front.Requests);
        using var plain = Client(somebody);

        // This client does not mark its retries, but the first request lost its client a moment ago.
        Assert.Equal(1, await plain.UsedAsync());
    }

    [Fact]
    public async Task NodeClient_WithItsOwnRetries_AsksAgainWhereItHelpsAndPaysOnce()
    {
        var scripts = Path.Combine(Studio.RepoRoot, "tests", "clients", "openai-node");
        Assert.SkipUnless(Directory.Exists(Path.Combine(scripts, "node_modules", "openai")), $"The client is not installed: run npm ci in {scripts}.");

        // The allowance refills by one per second.
        studio.Settings["RateLimits:WritesPerMinute"] = "60";
        Start();
        var (rich, poor) = (await studio.PersonAsync("rich@example.com", PersonRoles.Member), await studio.PersonAsync("poor@example.com", PersonRoles.Member));
        Assert.True((await studio.Services.GetRequiredService<ICredits>().SetLimitsAsync(poor.Id, new PersonLimits(Allowance: 0), Cancellation)).TryGet(out _, out _));
        using var client = Client(rich);
        foreach (var scene in (string[])["dropped", "overloaded", "limited", "spent"])
        {
            var before = await client.UsedAsync();
            switch (scene)
            {
                case "dropped":
                    front.CutNext();
                    break;
                case "overloaded":
                    front.RefuseNext();
                    break;
            }

            // The script prints how many pictures it received.
            var said = await Programs.RunAsync("node", ["retries.mjs", scene, $"{Address}", scene == "spent" ? poor.Key : rich.Key], scripts);
            Assert.Equal($"ok {await client.UsedAsync() - before}", said.Trim());
        }
    }

    private static List<string> Addresses(string answer) =>
        [.. JsonSerializer.Deserialize<JsonElement>(answer).GetProperty("data").EnumerateArray().Select(one => one.GetProperty("url").GetString()!)];

    private void Start()
    {
        studio.UseKestrel(0);
        studio.StartServer();
    }

    private ImageClient DotNetClient(string key) => new("dall-e-2", new ApiKeyCredential(key), new OpenAIClientOptions { Endpoint = new Uri(Address, "v1") });

    private HttpClient Client(SomebodyInTest somebody)
    {
        var client = new HttpClient { BaseAddress = Address };
        somebody.Dress(client);
        return client;
    }

    private Task<string> CurlAsync(string call, params string[] arguments) =>
        Programs.RunAsync("curl", ["--silent", "--show-error", $"{Address}v1/images/{call}", "-H", $"Authorization: Bearer {studio.Administrator.Key}", .. arguments], folder);
}
