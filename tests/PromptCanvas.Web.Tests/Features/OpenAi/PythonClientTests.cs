using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>The official Python client: the bytes that it sent when they were recorded, and the client itself where Python has it. <c>OPENAI_PYTHON</c>
/// may name a source tree of the client.</summary>
public sealed partial class PythonClientTests : IAsyncDisposable
{
    private static readonly string Folder = Path.Combine(Studio.RepoRoot, "tests", "clients", "openai-python");

    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Theory]
    [InlineData("generate", 2)]
    [InlineData("generate_bytes", 1)]
    [InlineData("generate_modern", 1)]
    [InlineData("edit", 1)]
    [InlineData("edit_without_mask", 1)]
    [InlineData("edit_several", 1)]
    [InlineData("vary", 2)]
    public async Task RecordedRequest_IsAnsweredWithPictures(string call, int pictures)
    {
        var (status, body) = await SendAsync(call);

        Assert.True(status == 200, body);
        var data = JsonSerializer.Deserialize<JsonElement>(body).GetProperty("data");
        Assert.Equal(pictures, data.GetArrayLength());
        Assert.All(data.EnumerateArray(), picture => Assert.True(picture.TryGetProperty("url", out _) || picture.TryGetProperty("b64_json", out _)));
    }

    [Fact]
    public async Task RecordedStream_EndsWithTheFinishedPicture()
    {
        var (status, body) = await SendAsync("generate_stream");

        Assert.True(status == 200, body);
        Assert.Contains("event: image_generation.partial_image\n", body, StringComparison.Ordinal);
        Assert.Contains("event: image_generation.completed\n", body, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("models", "data")]
    [InlineData("model", "id")]
    public async Task RecordedRequest_ForModels_IsAnswered(string call, string member)
    {
        var (status, body) = await SendAsync(call);

        Assert.True(status == 200, body);
        Assert.True(JsonSerializer.Deserialize<JsonElement>(body).TryGetProperty(member, out _));
    }

    [Fact]
    public void EveryRecording_IsSent() => Assert.Equal(
        ["edit", "edit_several", "edit_without_mask", "generate", "generate_bytes", "generate_modern", "generate_stream", "model", "models", "vary"],
        Directory.EnumerateFiles(Folder, "*.http").Select(Path.GetFileNameWithoutExtension).Order(StringComparer.Ordinal));

    [Fact]
    public async Task Client_OfThisMachine_WorksUnchanged()
    {
        var python = Python();
        Assert.SkipUnless(
            await Programs.SucceedsAsync("python3", ["-c", "import openai"], python),
            "Python has no official client here: run pip install openai, or let OPENAI_PYTHON name its source tree.");
        var somebody = await StartAsync();

        Assert.Equal("ok", (await Programs.RunAsync("python3", ["client.py", $"{studio.ClientOptions.BaseAddress}", somebody.Key], Folder, python)).Trim());
    }

    [Fact]
    public async Task Suite_OfTheSourceTree_PassesOnAStudio()
    {
        var tree = Tree ?? "";
        Assert.SkipUnless(
            File.Exists(Path.Combine(tree, "tests", "api_resources", "test_images.py")),
            "Let OPENAI_PYTHON name a source tree of the official client to run its own tests of images.");
        Assert.SkipUnless(await Programs.SucceedsAsync("python3", ["-c", "import openai, pytest"], Python()), "Python cannot import the official client or pytest.");
        var somebody = await StartAsync();

        Assert.Equal("ok", (await Programs.RunAsync("python3", ["suite.py", tree, $"{studio.ClientOptions.BaseAddress}", somebody.Key], Folder, Python())).Trim());
    }

    private static string? Tree => Environment.GetEnvironmentVariable("OPENAI_PYTHON") is { Length: > 0 } tree ? tree : null;

    private static Dictionary<string, string> Python() => new()
    {
        ["PYTHONPATH"] = string.Join(Path.PathSeparator, new[] { Tree is { } tree ? Path.Combine(tree, "src") : null, Environment.GetEnvironmentVariable("PYTHONPATH") }.OfType<string>()),
        ["PYTHONDONTWRITEBYTECODE"] = "1",
    };

    private async Task<SomebodyInTest> StartAsync()
    {
        studio.UseKestrel(0);
        studio.StartServer();
        return await studio.PersonAsync("python@example.com", PersonRoles.Member);
    }

    /// <summary>Sends the recorded bytes with another host and key, on a connection that ends with the answer.</summary>
    private async Task<(int Status, string Body)> SendAsync(string call)
    {
        var somebody = await StartAsync();
        var address = studio.ClientOptions.BaseAddress;
        var recorded = Encoding.Latin1.GetString(await File.ReadAllBytesAsync(Path.Combine(Folder, $"{call}.http"), Cancellation));
        var end = recorded.IndexOf("\r\n\r\n", StringComparison.Ordinal);
        var head = Host().Replace(recorded[..end], $"Host: {address.Authority}").Replace("sk-recorded", somebody.Key, StringComparison.Ordinal);
        head = KeepAlive().Replace(head, "Connection: close");
        using var line = new TcpClient();
        await line.ConnectAsync(address.Host, address.Port, Cancellation);
        await using var stream = line.GetStream();
        await stream.WriteAsync(Encoding.Latin1.GetBytes(head + recorded[end..]), Cancellation);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        var answer = await reader.ReadToEndAsync(Cancellation);
        var body = answer[(answer.IndexOf("\r\n\r\n", StringComparison.Ordinal) + 4)..];
        return (int.Parse(answer.Split(' ')[1], System.Globalization.CultureInfo.InvariantCulture), answer.Contains("chunked", StringComparison.OrdinalIgnoreCase) ? Unchunked(body) : body);
    }

    private static string Unchunked(string body)
    {
        var bytes = Encoding.UTF8.GetBytes(body);
        var whole = new StringBuilder();
        for (var at = 0; ;)
        {
            var line = Array.IndexOf(bytes, (byte)'\n', at);
            var length = Convert.ToInt32(Encoding.ASCII.GetString(bytes, at, line - at).Trim(), 16);
            if (length == 0)
            {
                return whole.ToString();
            }

            whole.Append(Encoding.UTF8.GetString(bytes, line + 1, length));
            at = line + 1 + length + 2;
        }
    }

    [GeneratedRegex("(?i)^host: [^\r\n]*", RegexOptions.Multiline)]
    private static partial Regex Host();

    [GeneratedRegex("(?i)^connection: keep-alive", RegexOptions.Multiline)]
    private static partial Regex KeepAlive();
}
