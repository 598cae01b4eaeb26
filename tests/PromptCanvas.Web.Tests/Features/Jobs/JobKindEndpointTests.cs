using System.Net;
using System.Text.Json;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Library;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Jobs;

/// <summary>Every kind of job over HTTP.</summary>
public sealed class JobKindEndpointTests(Studio studio) : IClassFixture<Studio>
{
    private const int Width = 90;
    private const int Height = 60;

    private readonly HttpClient client = studio.CreateClient();

    public static TheoryData<string, int, int, int> Kinds => new()
    {
        { """{ "kind": "edit", "prompt": "a cube", "source": "SOURCE", "mask": "MASK", "count": 2 }""", 2, Width, Height },
        { """{ "kind": "erase", "source": "SOURCE", "mask": "MASK", "count": 1, "visibility": "private" }""", 1, Width, Height },
        { """{ "kind": "extend", "source": "SOURCE", "extend": { "left": 30, "down": 10 }, "count": 1 }""", 1, Width + 30, Height + 10 },
        { """{ "kind": "extend", "prompt": "a wide room", "source": "SOURCE", "extend": { "up": 5 }, "count": 1, "size": 64 }""", 1, Width, Height + 5 },
        { """{ "kind": "extend", "source": "SOURCE", "aspect": "16:9", "count": 1 }""", 1, 107, Height },
        { """{ "kind": "extend", "source": "SOURCE", "aspect": "2:3", "count": 1 }""", 1, Width, 135 },
        { """{ "kind": "vary", "source": "SOURCE", "strength": "subtle", "count": 1, "size": 64 }""", 1, 64, 64 },
        { """{ "kind": "vary", "source": "SOURCE", "strength": 0.5, "count": 3, "size": 64 }""", 3, 64, 64 },
        { """{ "kind": "blend", "inputs": [{ "image": "SOURCE" }, { "text": "a cube", "weight": 2 }], "count": 1, "size": 64 }""", 1, 64, 64 },
        { """{ "kind": "blend", "inputs": [{ "image": "SOURCE" }, { "image": "MASK" }], "frames": 3, "size": 64 }""", 3, 64, 64 },
        { """{ "kind": "textdiff", "source": "SOURCE", "from": "a cat", "to": "a fox", "size": 64 }""", 5, 64, 64 },
    };

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task Post_Kind_MakesItsPicturesAtTheirRealSize(string body, int pictures, int width, int height)
    {
        var before = await UsedAsync();

        var job = await client.MakeAsync(await ParseAsync(body));

        Assert.Equal("done", job.GetProperty("state").GetString());
        Assert.Equal(JsonSerializer.Deserialize<JsonElement>(body).GetProperty("kind").GetString(), job.GetProperty("kind").GetString());
        var images = job.GetProperty("images").EnumerateArray().ToList();
        Assert.Equal(pictures, images.Count);
        Assert.All(images, image => Assert.Equal((width, height), SizeOf(image)));
        var picture = PictureDecoder.Decode(await client.GetByteArrayAsync(images[0].GetProperty("contentUrl").GetString(), TestContext.Current.CancellationToken));
        Assert.Equal((width, height), (picture.Width, picture.Height));
        var thumbnail = PictureDecoder.Decode(await client.GetByteArrayAsync(images[0].GetProperty("thumbnailUrl").GetString(), TestContext.Current.CancellationToken));
        Assert.Equal((width, height), (thumbnail.Width, thumbnail.Height));
        Assert.Equal(before + pictures, await UsedAsync());
    }

    [Theory]
    [InlineData("16:9", 64, 36, 3)]
    [InlineData("3:4", 48, 64, 3)]
    [InlineData("1:1", 64, 64, 1)]
    public async Task Post_Aspect_IsDrawnAtItsPrice(string aspect, int width, int height, int squares)
    {
        var before = await UsedAsync();
        using var accepted = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 2, size = 64, aspect });
        var answer = await accepted.ReadJsonAsync();
        Assert.Equal(2 * squares, answer.GetProperty("cost").GetDecimal());

        var job = await client.EndOfJobAsync(answer.GetProperty("id").GetGuid());

        Assert.All(job.GetProperty("images").EnumerateArray(), image => Assert.Equal((width, height), SizeOf(image)));
        Assert.Equal(before + (2 * squares), await UsedAsync());
    }

    public static TheoryData<string, string> Wrong => new()
    {
        { """{ "kind": "generate", "prompt": "a cube", "aspect": "16x9" }""", "aspect" },
        { """{ "kind": "generate", "prompt": "a cube", "aspect": "20:1" }""", "aspect" },
        { """{ "kind": "vary", "source": "SOURCE", "aspect": "16:9" }""", "aspect" },
        { """{ "kind": "edit", "prompt": "a cube", "source": "SOURCE" }""", "mask" },
        { """{ "kind": "edit", "source": "SOURCE", "mask": "MASK" }""", "prompt" },
        { """{ "kind": "edit", "prompt": "a cube", "source": "SOURCE", "mask": "SMALL" }""", "mask" },
        { """{ "kind": "generate", "prompt": "a cube", "mask": "MASK" }""", "mask" },
        { """{ "kind": "generate", "prompt": "a cube", "colour": "red" }""", "colour" },
        { """{ "kind": "extend", "source": "SOURCE" }""", "extend" },
        { """{ "kind": "extend", "source": "SOURCE", "extend": { "left": -3 } }""", "extend" },
        { """{ "kind": "extend", "source": "SOURCE", "aspect": "3:2" }""", "aspect" },
        { """{ "kind": "extend", "source": "SOURCE", "aspect": "wide" }""", "aspect" },
        { """{ "kind": "extend", "source": "SOURCE", "aspect": "16:9", "extend": { "left": 8 } }""", "aspect" },
        { """{ "kind": "vary", "source": "SOURCE", "strength": "mild" }""", "strength" },
        { """{ "kind": "vary", "source": "SOURCE", "strength": 2 }""", "strength" },
        { """{ "kind": "vary" }""", "source" },
        { """{ "kind": "blend", "inputs": [{ "image": "SOURCE", "weight": 0 }, { "text": "a cube", "weight": 0 }] }""", "inputs" },
        { """{ "kind": "blend", "inputs": [null, { "text": "a cube" }] }""", "inputs" },
        { """{ "kind": "blend", "inputs": [{ "text": "a cube" }, { "text": "a cone" }], "frames": 3, "count": 3 }""", "count" },
        { """{ "kind": "textdiff", "source": "SOURCE", "from": "a cat", "to": "a fox", "frames": 100 }""", "frames" },
        { """{ "kind": "textdiff", "source": "SOURCE", "from": "a cat" }""", "to" },
        { """{ "kind": "paint" }""", "kind" },
        // Without a kind it is "generate", which needs a prompt.
        { """{ }""", "prompt" },
        { """{ "kind": "paint" }""", "kind" },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public async Task Post_WhatTheKindDoesNotTake_NamesTheFieldAndChargesNothing(string body, string field)
    {
        var before = await UsedAsync();
        using var response = await client.PostJobAsync(await ParseAsync(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var problem = await response.ReadJsonAsync();
        Assert.Equal("invalid-input", problem.GetProperty("type").GetString());
        Assert.Equal([field], problem.GetProperty("errors").EnumerateObject().Select(error => error.Name));
        Assert.Equal(before, await UsedAsync());
    }

    [Fact]
    public async Task Post_WithABoard_PutsThePicturesOntoIt()
    {
        var board = await BoardOfAsync(studio.Administrator);

        var job = await client.MakeAsync(new { kind = "generate", prompt = "a cube", count = 2, size = 64, board });

        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(TestContext.Current.CancellationToken);
        var made = job.GetProperty("images").EnumerateArray().Select(image => image.GetProperty("id").GetGuid()).Order();
        Assert.Equal(made, database.BoardPictures.Where(place => place.BoardId == board).Select(place => place.ImageId).AsEnumerable().Order());
    }

    [Theory]
    [InlineData("6f0f4f5e-98d5-4b5e-9d0f-0a5b6b1f0e11")]
    [InlineData("mine")]
    [InlineData("OTHERS")]
    public async Task Post_BoardOneMayNotKnowOf_IsNotFound(string id)
    {
        var board = id == "OTHERS" ? $"{await BoardOfAsync(await studio.PersonAsync("other@example.com", PersonRoles.Member))}" : id;
        using var response = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", board });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("not-found", (await response.ReadJsonAsync()).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData("6f0f4f5e-98d5-4b5e-9d0f-0a5b6b1f0e11")]
    [InlineData("../etc/passwd")]
    [InlineData("OTHERS")]
    public async Task Post_PictureOneMayNotKnowOf_IsNotFound(string id)
    {
        using var other = studio.ClientOf(await studio.PersonAsync("other@example.com", PersonRoles.Member));
        var source = id == "OTHERS" ? $"{await other.UploadAsync(TestPictures.Png(Width, Height))}" : id;
        using var response = await client.PostJobAsync(new { kind = "vary", source });

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal("not-found", (await response.ReadJsonAsync()).GetProperty("type").GetString());
    }

    [Theory]
    [InlineData(ApiScopes.Generate, """{ "kind": "vary", "source": "SOURCE" }""", HttpStatusCode.Forbidden)]
    [InlineData(ApiScopes.Vary, """{ "kind": "edit", "prompt": "a cube", "source": "SOURCE", "mask": "MASK" }""", HttpStatusCode.Forbidden)]
    [InlineData(ApiScopes.Edit, """{ "kind": "generate", "prompt": "a cube", "size": 64 }""", HttpStatusCode.Forbidden)]
    [InlineData(ApiScopes.Vary, """{ "kind": "vary", "source": "SOURCE", "size": 64, "count": 1 }""", HttpStatusCode.Accepted)]
    [InlineData(ApiScopes.Read, """{ "kind": "generate", "prompt": "a cube", "size": 64 }""", HttpStatusCode.Forbidden)]
    public async Task Post_KeyWithOneScope_MayDoWhatTheScopeSays(string scope, string body, HttpStatusCode expected)
    {
        var parsed = await ParseAsync(body);
        var key = await studio.Services.GetRequiredService<ApiKeys>().CreateAsync(studio.Administrator.Id, "one scope", [scope], null, TestContext.Current.CancellationToken);
        using var limited = studio.ClientOf(studio.Administrator with { Key = key.Key });
        using var response = await limited.PostJobAsync(parsed);

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Get_PictureMadeOfAnother_NamesItsParent()
    {
        var parent = await client.FinishedPictureAsync();
        var job = await client.MakeAsync(new { kind = "vary", source = parent, count = 1, size = 64 });

        var picture = await client.GetAsync($"/api/images/{job.GetProperty("images")[0].GetProperty("id").GetGuid()}", TestContext.Current.CancellationToken);

        var body = await picture.ReadJsonAsync();
        Assert.Equal("vary", body.GetProperty("kind").GetString());
        Assert.Equal([parent], body.GetProperty("parents").EnumerateArray().Select(id => id.GetGuid()));
    }

    private async Task<Guid> BoardOfAsync(SomebodyInTest person)
    {
        var made = await studio.Services.GetRequiredService<IBoards>().MakeAsync(new Actor(person.Id, PersonRoles.Member), "Cubes", TestContext.Current.CancellationToken);
        Assert.True(made.TryGet(out var board, out _));
        return board;
    }

    private static (int Width, int Height) SizeOf(JsonElement image) => (image.GetProperty("width").GetInt32(), image.GetProperty("height").GetInt32());

    private async Task<JsonElement> ParseAsync(string body)
    {
        var source = await client.UploadAsync(TestPictures.Png(Width, Height));
        var mask = await client.UploadAsync(TestPictures.Mask(Width, Height));
        var small = await client.UploadAsync(TestPictures.Mask(Width, Height / 2));
        return JsonSerializer.Deserialize<JsonElement>(body.Replace("SOURCE", $"{source}", StringComparison.Ordinal)
            .Replace("MASK", $"{mask}", StringComparison.Ordinal).Replace("SMALL", $"{small}", StringComparison.Ordinal));
    }

    private async Task<int> UsedAsync()
    {
        using var response = await client.GetAsync("/api/me/quota", TestContext.Current.CancellationToken);
        return (await response.ReadJsonAsync()).GetProperty("used").GetInt32();
    }
}
