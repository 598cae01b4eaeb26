using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PromptCanvas.Data.People;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Jobs;

/// <summary>Drafts and their finishing over HTTP.</summary>
public sealed class DraftEndpointTests(Studio studio) : IClassFixture<Studio>
{
    private readonly HttpClient client = studio.CreateClient();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_DraftsAndFinish_CostsAPartAndTheRest()
    {
        var before = await UsedAsync();

        var drafts = await client.MakeAsync(new { kind = "draft", prompt = "a cube", count = 4, seed = 7 });
        Assert.Equal(before + 1, await UsedAsync());
        var images = drafts.GetProperty("images").EnumerateArray().ToList();
        Assert.All(images, image => Assert.Equal(("open", 64), (image.GetProperty("draft").GetString(), image.GetProperty("width").GetInt32())));
        Assert.NotEqual(JsonValueKind.Null, drafts.GetProperty("draftsUntil").ValueKind);
        var picture = PictureDecoder.Decode(await client.GetByteArrayAsync(images[0].GetProperty("contentUrl").GetString(), Cancellation));
        Assert.Equal((64, 64), (picture.Width, picture.Height));
        Assert.NotEmpty(await client.GetByteArrayAsync(images[0].GetProperty("thumbnailUrl").GetString(), Cancellation));

        var finished = await client.MakeAsync(new { kind = "finish", drafts = new[] { IdOf(images[2]) }, size = 256 });

        Assert.Equal(before + 1.75m, await UsedAsync());
        var made = Assert.Single(finished.GetProperty("images").EnumerateArray());
        Assert.Equal((9u, 256, "a cube"), (made.GetProperty("seed").GetUInt32(), made.GetProperty("width").GetInt32(), finished.GetProperty("prompt").GetString()));
        var again = await client.GetFromJsonAsync<JsonElement>($"/api/jobs/{drafts.GetProperty("id").GetGuid()}", Cancellation);
        Assert.Equal(("finished", IdOf(made)), (again.GetProperty("images")[2].GetProperty("draft").GetString(), again.GetProperty("images")[2].GetProperty("finishedAs").GetGuid()));
        var whole = await client.GetFromJsonAsync<JsonElement>($"/api/images/{IdOf(made)}", Cancellation);
        Assert.Equal("generate", whole.GetProperty("kind").GetString());
    }

    [Fact]
    public async Task Draft_IsNoPicture_AndNobodyElses()
    {
        var drafts = await client.MakeAsync(new { kind = "draft", prompt = "a cube", count = 1 });
        var id = IdOf(drafts.GetProperty("images")[0]);
        using var other = studio.ClientOf(await studio.PersonAsync("draft-reader@example.com", PersonRoles.Member));

        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync($"/api/images/{id}", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/api/images/{id}/content", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await other.GetAsync($"/api/images/{id}/thumbnail", Cancellation)).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await other.PostJobAsync(new { kind = "finish", drafts = new[] { id } })).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await client.PostJobAsync(new { kind = "vary", source = id })).StatusCode);
    }

    [Theory]
    [InlineData("""{ "kind": "finish" }""", HttpStatusCode.BadRequest)]
    [InlineData("""{ "kind": "finish", "drafts": ["a draft"] }""", HttpStatusCode.NotFound)]
    [InlineData("""{ "kind": "finish", "drafts": [null] }""", HttpStatusCode.NotFound)]
    [InlineData("""{ "kind": "finish", "drafts": ["6f1c2b1e-0000-4000-8000-000000000000"], "count": 2 }""", HttpStatusCode.BadRequest)]
    [InlineData("""{ "kind": "finish", "drafts": ["6f1c2b1e-0000-4000-8000-000000000000"], "prompt": "a cube" }""", HttpStatusCode.BadRequest)]
    [InlineData("""{ "kind": "draft", "prompt": "a cube", "aspect": "16:9" }""", HttpStatusCode.BadRequest)]
    [InlineData("""{ "kind": "draft", "prompt": "a cube", "size": 64 }""", HttpStatusCode.BadRequest)]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "drafts": [] }""", HttpStatusCode.BadRequest)]
    public async Task Post_WhatCannotBe_IsRefused(string body, HttpStatusCode status)
    {
        using var answer = await client.PostJobAsync(JsonSerializer.Deserialize<JsonElement>(body));

        Assert.Equal(status, answer.StatusCode);
    }

    private static Guid IdOf(JsonElement image) => image.GetProperty("id").GetGuid();

    private async Task<decimal> UsedAsync() => (await client.GetFromJsonAsync<JsonElement>("/api/me/quota", Cancellation)).GetProperty("used").GetDecimal();
}
