using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using ModelContextProtocol;
using ModelContextProtocol.Client;
using ModelContextProtocol.Protocol;
using PromptCanvas.Data;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Styles;
using PromptCanvas.Diffusion.Engine;
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
        Assert.Equal(["aspect", "count", "model", "negativePrompt", "prompt", "seed", "size", "style", "styleWeight"], generate.GetProperty("properties").EnumerateObject().Select(member => member.Name).Order());
        Assert.Equal(["prompt"], generate.GetProperty("required").EnumerateArray().Select(name => name.GetString()!));
    }

    [Fact]
    public async Task Generate_GivesThePicturesTheirAddressesAndProgressWithPreviews()
    {
        studio.Engine.StepTime = TimeSpan.FromMilliseconds(20);
        await using var client = await ConnectAsync(studio.Administrator.Key);
        var shares = new List<float>();
        var previews = new ConcurrentQueue<JsonNode>();
        await using var watching = client.RegisterNotificationHandler(NotificationMethods.ProgressNotification, (notification, _) =>
        {
            if (notification.Params?["_meta"]?["promptcanvas/preview"] is { } preview)
            {
                previews.Enqueue(preview);
            }

            return default;
        });
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

        Assert.Contains(previews, preview => PictureDecoder.Decode(Convert.FromBase64String(preview["data"]!.GetValue<string>())).Width == 64);
        Assert.All(previews, preview => Assert.Equal("image/webp", preview["mimeType"]!.GetValue<string>()));
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
        Assert.Contains("is not an aspect ratio", Text(refused), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tools_WithAStyle_ByItsNameOrId_UseIt()
    {
        var style = new Style { Id = Guid.NewGuid(), PersonId = studio.Administrator.Id, Name = "Ink", Model = "starter", Direction = new byte[8 * sizeof(float)], HalfReach = 0.1, PictureCount = 2, CreatedAt = DateTimeOffset.UnixEpoch };
        await using (var scope = studio.Services.CreateAsyncScope())
        {
            var database = scope.ServiceProvider.GetRequiredService<AppDbContext>();
            database.Styles.Add(style);
            await database.SaveChangesAsync(Cancellation);
        }

        await using var client = await ConnectAsync(studio.Administrator.Key);
        foreach (var (name, weight) in new (string, double?)[] { ("ink", -0.25), (style.Id.ToString(), null) })
        {
            var made = await client.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a red cube", ["size"] = 64, ["style"] = name, ["styleWeight"] = weight }, cancellationToken: Cancellation);
            Assert.False(made.IsError is true, Text(made));
            var used = studio.Engine.Latest!.Overrides.Style!;
            Assert.Equal((style.Id, weight ?? 0.5), (used.Id, used.Weight));
        }

        var picture = Convert.ToBase64String(TestPictures.Png(64, 64));
        foreach (var (tool, arguments) in new (string, Dictionary<string, object?>)[]
        {
            ("edit_image", new() { ["image"] = picture, ["prompt"] = "a ring", ["mask"] = Convert.ToBase64String(TestPictures.Mask(64, 64)) }),
            ("edit_image", new() { ["image"] = picture, ["prompt"] = "a ring" }),
            ("vary_image", new() { ["image"] = picture }),
            ("blend_images", new() { ["images"] = new[] { picture }, ["texts"] = new[] { "a ring" } }),
        })
        {
            var weight = -0.5 - (arguments.Count / 100.0);
            var made = await client.CallToolAsync(tool, new Dictionary<string, object?>(arguments) { ["style"] = "Ink", ["styleWeight"] = weight }, cancellationToken: Cancellation);
            Assert.False(made.IsError is true, Text(made));
            Assert.Equal((style.Id, weight), (studio.Engine.Latest!.Overrides.Style?.Id, studio.Engine.Latest.Overrides.Style?.Weight));
        }

        var refused = await client.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a red cube", ["style"] = "Oil" }, cancellationToken: Cancellation);
        Assert.Contains("There is no style with the id", Text(refused), StringComparison.Ordinal);
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
        studio.Engine.Clip = input => input is TextInput { Text: "a fox" } ? [0, 1, 0, 0] : [1, 0, 0, 0];
        studio.Engine.Captions = ["a fox", "a red cube"];
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
            var job = await client.CallToolAsync("get_job", new Dictionary<string, object?> { ["id"] = Text(made).Split(' ')[1] }, cancellationToken: Cancellation);
            Assert.Equal((Text(made), 1), (Text(job), job.Content.OfType<ImageContentBlock>().Count()));
        }

        foreach (var described in (string[])[picture, file])
        {
            var captions = await client.CallToolAsync("describe_image", new Dictionary<string, object?> { ["image"] = described }, cancellationToken: Cancellation);
            Assert.StartsWith("a red cube", Text(captions), StringComparison.Ordinal);
        }

        var found = await client.CallToolAsync("search_gallery", new Dictionary<string, object?> { ["words"] = "RED cube" }, cancellationToken: Cancellation);
        Assert.Contains(found.Content.OfType<ResourceLinkBlock>(), link => link.Name == picture);
    }

    [Fact]
    public async Task Generate_SeedMinusOne_IsARandomOne()
    {
        await using var client = await ConnectAsync(studio.Administrator.Key);
        var made = await client.CallToolAsync("generate_image", new Dictionary<string, object?> { ["prompt"] = "a cube", ["size"] = 64, ["seed"] = -1 }, cancellationToken: Cancellation);

        Assert.Single(made.Content.OfType<ImageContentBlock>());
    }

    [Fact]
    public async Task Vary_AnAnimation_SaysThatItsFirstFrameIsUsed()
    {
        await using var client = await ConnectAsync(studio.Administrator.Key);
        var made = await client.CallToolAsync(
            "vary_image", new Dictionary<string, object?> { ["image"] = Convert.ToBase64String(TestPictures.Animation(64)) }, cancellationToken: Cancellation);

        Assert.Single(made.Content.OfType<ImageContentBlock>());
        Assert.Contains("This file is an animation; its first frame is used.", Text(made), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_AreSaidInWords()
    {
        await using var client = await ConnectAsync(studio.Administrator.Key);
        foreach (var (tool, arguments, words) in new (string, Dictionary<string, object?>, string)[]
        {
            ("generate_image", new() { ["prompt"] = " " }, "The prompt is empty"),
            ("generate_image", new() { ["prompt"] = "a cube", ["count"] = 11 }, "ask for 1 to 10"),
            ("generate_image", new() { ["prompt"] = "a cube", ["seed"] = -2 }, "-1 for a random one"),
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
        var picture = Guid.NewGuid().ToString();
        foreach (var (tool, arguments, scope) in new (string, Dictionary<string, object?>, string)[]
        {
            ("generate_image", new() { ["prompt"] = "a cube" }, ApiScopes.Generate),
            ("edit_image", new() { ["image"] = picture, ["prompt"] = "a cube" }, ApiScopes.Edit),
            ("edit_image", new() { ["image"] = picture, ["mask"] = picture, ["prompt"] = "a cube" }, ApiScopes.Edit),
            ("vary_image", new() { ["image"] = picture }, ApiScopes.Vary),
            ("blend_images", new() { ["images"] = new[] { picture, picture } }, ApiScopes.Vary),
        })
        {
            var refused = await client.CallToolAsync(tool, arguments, cancellationToken: Cancellation);
            Assert.True(refused.IsError, tool);
            Assert.Contains($"scope \"{scope}\"", Text(refused), StringComparison.Ordinal);
        }

        var found = await client.CallToolAsync("search_gallery", new Dictionary<string, object?> { ["words"] = "cube" }, cancellationToken: Cancellation);
        Assert.False(found.IsError is true);

        var drawer = await keys.CreateAsync(studio.Administrator.Id, "drawer", [ApiScopes.Generate], null, Cancellation);
        await using var drawing = await ConnectAsync(drawer.Key);
        foreach (var (tool, argument) in new[] { ("describe_image", "image"), ("search_gallery", "words"), ("get_job", "id") })
        {
            var refused = await drawing.CallToolAsync(tool, new Dictionary<string, object?> { [argument] = picture }, cancellationToken: Cancellation);
            Assert.Contains("scope \"read\"", Text(refused), StringComparison.Ordinal);
        }
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
