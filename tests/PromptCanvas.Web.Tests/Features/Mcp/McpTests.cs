using System.Net;
using System.Net.Http.Json;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Mcp;

/// <summary>The tools and resources of the Model Context Protocol, with the official C# client.</summary>
public sealed class McpTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Tools_AreListedWithTheirSchemas()
    {
        await using var client = await ConnectAsync(studio.Administrator.Key);
        var tools = await client.ListToolsAsync(cancellationToken: Cancellation);

        Assert.Equal(
            ["blend_images", "describe_image", "edit_image", "generate_image", "get_job", "search_gallery", "vary_image"], tools.Select(tool => tool.Name).Order());
        Assert.All(tools, tool => Assert.NotEmpty(tool.Description));
        var generate = tools.Single(tool => tool.Name == "generate_image").JsonSchema;
        Assert.Equal(["aspect", "count", "model", "negativePrompt", "prompt", "seed", "size"], generate.GetProperty("properties").EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(["prompt"], generate.GetProperty("required").EnumerateArray().Select(name => name.GetString()!));
    }

    [Fact]
    public async Task Generate_GivesThePicturesTheirAddressesAndProgressWithPreviews()
    {
        studio.Engine.StepTime = TimeSpan.FromMilliseconds(20);
        await using var client = await ConnectAsync(studio.Administrator.Key);
        var shares = new List<float>();
        var made = await client.CallToolAsync(
            "generate_image",
            new Dictionary<string, object?> { ["prompt"] = "a red cube", ["count"] = 2, ["size"] = 256, ["seed"] = 7 },
            new Recorder(shares),
            cancellationToken: Cancellation);

        Assert.False(made.IsError is true, Text(made));
        Assert.Contains("2 of 2 pictures are finished", Text(made), StringComparison.Ordinal);
        var pictures = made.Content.OfType<ImageContentBlock>().ToList();
        Assert.Equal([256, 256], pictures.Select(picture => PictureDecoder.Decode(picture.DecodedData.ToArray()).Width));
        var link = made.Content.OfType<ResourceLinkBlock>().First();
        var resource = Assert.IsType<BlobResourceContents>(Assert.Single((await client.ReadResourceAsync(link.Uri, cancellationToken: Cancellation)).Contents));
        Assert.Equal(("image/png", 256), (resource.MimeType, PictureDecoder.Decode(resource.DecodedData.ToArray()).Width));
        using var plain = studio.CreateClient();
        Assert.Equal(2, (await plain.GetFromJsonAsync<System.Text.Json.JsonElement>("/api/me/quota", Cancellation)).GetProperty("used").GetInt32());
        lock (shares)
        {
            // The client handles notifications concurrently, so their order here says nothing.
            Assert.All(shares, share => Assert.InRange(share, float.Epsilon, 2));
            Assert.Equal(shares.Count, shares.Distinct().Count());
            Assert.True(shares.Count > 4, $"Only {shares.Count} notifications.");
        }
    }

    [Fact]
    public async Task Generate_WithAnAspect_MakesAPictureOfThatShape()
    {
        await using var client = await ConnectAsync(studio.Administrator.Key);
        var made = await client.CallToolAsync(
            "generate_image", new Dictionary<string, object?> { ["prompt"] = "a red cube", ["size"] = 256, ["aspect"] = "16:9" }, cancellationToken: Cancellation);
        var refused = await client.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a red cube", ["aspect"] = "wide" }, cancellationToken: Cancellation);

        Assert.False(made.IsError is true, Text(made));
        var picture = PictureDecoder.Decode(Assert.Single(made.Content.OfType<ImageContentBlock>()).DecodedData.ToArray());
        Assert.Equal((256, 144), (picture.Width, picture.Height));
        Assert.True(refused.IsError);
        Assert.Contains("no aspect ratio", Text(refused), StringComparison.Ordinal);
    }

    private sealed class Recorder(List<float> shares) : IProgress<ProgressNotificationValue>
    {
        public void Report(ProgressNotificationValue value)
        {
            lock (shares)
            {
                shares.Add(value.Progress);
            }
        }
    }

    [Fact]
    public async Task EveryTool_WorksOnPicturesOfTheStudioAndOnFiles()
    {
        studio.Engine.Clip = _ => [1, 0, 0, 0];
        await using var client = await ConnectAsync(studio.Administrator.Key);
        using var plain = studio.CreateClient();
        var picture = (await plain.FinishedPictureAsync()).ToString();
        var file = $"data:image/png;base64,{Convert.ToBase64String(TestPictures.Png(64, 64))}";
        var mask = Convert.ToBase64String(TestPictures.Mask(64, 64));
        foreach (var (tool, arguments) in new (string, Dictionary<string, object?>)[]
        {
            ("edit_image", new() { ["image"] = file, ["mask"] = mask, ["prompt"] = "a cube" }),
            ("edit_image", new() { ["image"] = picture, ["prompt"] = "a blue cube" }),
            ("vary_image", new() { ["image"] = $"promptcanvas://pictures/{picture}", ["strength"] = 0.3 }),
            ("blend_images", new() { ["images"] = new[] { picture, file }, ["texts"] = new[] { "a fox" }, ["weights"] = new[] { 1.0, 0.5, 0.2 } }),
        })
        {
            var made = await client.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
            Assert.False(made.IsError is true, $"{tool}: {Text(made)}");
            Assert.Single(made.Content.OfType<ImageContentBlock>());
        }

        var found = await client.CallToolAsync("search_gallery", new Dictionary<string, object?> { ["words"] = "RED cube" }, cancellationToken: Cancellation);
        Assert.Contains(found.Content.OfType<ResourceLinkBlock>(), link => link.Name == picture);
    }

    [Fact]
    public async Task Refusals_AreSaidInWords()
    {
        await using var client = await ConnectAsync(studio.Administrator.Key);
        foreach (var (tool, arguments, words) in new (string, Dictionary<string, object?>, string)[]
        {
            ("generate_image", new() { ["prompt"] = " " }, "The prompt is empty"),
            ("generate_image", new() { ["prompt"] = "a cube", ["count"] = 11 }, "ask for 1 to 10"),
            ("vary_image", new() { ["image"] = "no picture at all" }, "Give a picture as the id"),
            ("vary_image", new() { ["image"] = Guid.NewGuid().ToString() }, "There is no picture or upload"),
            ("blend_images", new() { ["images"] = Array.Empty<string>(), ["texts"] = new[] { "a fox" } }, "cannot be blended"),
            ("get_job", new() { ["id"] = "x" }, "There is no job"),
        })
        {
            var refused = await client.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
            Assert.True(refused.IsError, tool);
            Assert.Contains(words, Text(refused), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Key_MayDoWhatItsScopesSay()
    {
        var keys = studio.Services.GetRequiredService<ApiKeys>();
        var made = await keys.CreateAsync(studio.Administrator.Id, "reader", [ApiScopes.Read], null, Cancellation);
        await using var client = await ConnectAsync(made.Key);
        var refused = await client.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a cube" }, cancellationToken: Cancellation);
        var found = await client.CallToolAsync("search_gallery", new Dictionary<string, object?> { ["words"] = "cube" }, cancellationToken: Cancellation);

        Assert.True(refused.IsError);
        Assert.Contains("scope \"generate\"", Text(refused), StringComparison.Ordinal);
        Assert.False(found.IsError is true);
    }

    [Fact]
    public async Task OthersPictures_AreNotThere()
    {
        var stranger = await studio.PersonAsync("stranger@example.com", PersonRoles.Member);
        await using var owner = await ConnectAsync(studio.Administrator.Key);
        var made = await owner.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a secret cube", ["size"] = 64 }, cancellationToken: Cancellation);
        await using var client = await ConnectAsync(stranger.Key);

        await Assert.ThrowsAsync<McpProtocolException>(() => client.ReadResourceAsync(made.Content.OfType<ResourceLinkBlock>().First().Uri, cancellationToken: Cancellation).AsTask());
        var found = await client.CallToolAsync("search_gallery", new Dictionary<string, object?> { ["words"] = "secret" }, cancellationToken: Cancellation);
        Assert.Empty(found.Content.OfType<ResourceLinkBlock>());
    }

    [Theory]
    [InlineData(null, HttpStatusCode.Unauthorized)]
    [InlineData("pc_wrong", HttpStatusCode.Unauthorized)]
    [InlineData("cookie", HttpStatusCode.Forbidden)]
    public async Task Door_WithoutAKey_IsClosed(string? key, HttpStatusCode expected)
    {
        using var client = studio.ClientOf(null);
        if (key is "cookie")
        {
            client.DefaultRequestHeaders.Add("Cookie", studio.Administrator.Cookie);
        }
        else if (key is not null)
        {
            client.DefaultRequestHeaders.Authorization = new("Bearer", key);
        }

        using var response = await client.PostAsJsonAsync("/mcp", new { jsonrpc = "2.0", id = 1, method = "tools/list" }, Cancellation);

        Assert.Equal(expected, response.StatusCode);
    }

    private static string Text(CallToolResult result) => string.Join("\n", result.Content.OfType<TextContentBlock>().Select(block => block.Text));

    private async Task<McpClient> ConnectAsync(string key)
    {
        var line = studio.ClientOf(null);
        line.DefaultRequestHeaders.Authorization = new("Bearer", key);
        var transport = new HttpClientTransport(
            new HttpClientTransportOptions { Endpoint = new Uri(studio.Server.BaseAddress, "mcp"), TransportMode = HttpTransportMode.StreamableHttp }, line, ownsHttpClient: true);
        return await McpClient.CreateAsync(transport, cancellationToken: Cancellation);
    }
}
