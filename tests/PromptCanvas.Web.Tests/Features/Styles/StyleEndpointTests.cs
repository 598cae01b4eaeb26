using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Generation.Library;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Styles;

/// <summary>Styles over <c>/api</c> and <c>/v1</c>.</summary>
public sealed class StyleEndpointTests : IClassFixture<Studio>
{
    // Pictures lie elsewhere than the captions, so they have a style.
    private static readonly float[] OfPictures = [0, 1, 0, 0];
    private static readonly float[] OfTexts = [1, 0, 0, 0];

    private readonly Studio studio;
    private readonly HttpClient client;

    public StyleEndpointTests(Studio studio)
    {
        ArgumentNullException.ThrowIfNull(studio);
        this.studio = studio;
        studio.Engine.Clip = input => input is ImageInput ? OfPictures : OfTexts;
        client = studio.CreateClient();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Style_FromPictures_IsListedUsedAndKeptByItsJob()
    {
        var style = await MakeAsync(client, "Ink");

        var listed = (await client.GetFromJsonAsync<JsonElement>("/api/styles", Cancellation)).EnumerateArray().Single(one => one.GetProperty("id").GetGuid() == style);
        Assert.Equal(("Ink", 2, "starter"), (listed.GetProperty("name").GetString(), listed.GetProperty("pictureCount").GetInt32(), listed.GetProperty("model").GetString()));

        var job = await client.MakeAsync(new { prompt = "a cone", count = 1, size = 64, style, styleWeight = -0.25 });
        Assert.Equal("done", job.GetProperty("state").GetString());
        var used = studio.Engine.Latest!.Overrides.Style!;
        Assert.Equal(("Ink", -0.25, style), (used.Name, used.Weight, used.Id));
        Assert.Equal([-1, 1, 0, 0], used.Direction);

        var picture = await client.GetFromJsonAsync<JsonElement>($"/api/images/{job.GetProperty("images")[0].GetProperty("id").GetGuid()}", Cancellation);
        var recipe = picture.GetProperty("recipe").GetProperty("style");
        Assert.Equal(("Ink", -0.25, style), (recipe.GetProperty("name").GetString(), recipe.GetProperty("weight").GetDouble(), recipe.GetProperty("id").GetGuid()));

        using var deleted = await client.DeleteAsync($"/api/styles/{style}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var gone = await client.PostJobAsync(new { prompt = "a cone", count = 1, size = 64, style });
        Assert.Equal(HttpStatusCode.NotFound, gone.StatusCode);
    }

    /// <summary>No picture of this engine becomes less similar to its caption, so half the weight leads as far as is ever tried; nor does one come nearer to the style.</summary>
    [Fact]
    public async Task Style_WhenMade_IsMeasured_AndItsJobsDrawByThat()
    {
        studio.Engine.Clip = input => input is ImageInput ? [0.6f, 0.8f, 0, 0] : OfTexts;
        var made = await MadeAsync(client, "Measured");
        var style = made.GetProperty("id").GetGuid();

        await client.MakeAsync(new { prompt = "a cone", count = 1, size = 64, style });

        Assert.Equal(StyleSpace.Reach * 15 / 16, studio.Engine.Latest!.Overrides.Style!.HalfReach, 1e-9);
        Assert.False(made.GetProperty("showsAtHalf").GetBoolean());
    }

    [Fact]
    public async Task Patch_OwnStyle_IsRenamedAndSharedWithTheTeam()
    {
        var style = await MakeAsync(client, "Mine");
        using var other = studio.ClientOf(await studio.PersonAsync("style-colleague@example.com", PersonRoles.Member));

        using var foreign = await other.PatchAsJsonAsync($"/api/styles/{style}", new { name = "Theirs" }, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
        using var wrong = await client.PatchAsJsonAsync($"/api/styles/{style}", new { visibility = "world" }, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        using var changed = await client.PatchAsJsonAsync($"/api/styles/{style}", new { name = "Ours", visibility = "team" }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        var seen = (await other.GetFromJsonAsync<JsonElement>("/api/styles", Cancellation)).EnumerateArray().Single(one => one.GetProperty("id").GetGuid() == style);
        Assert.Equal(("Ours", false), (seen.GetProperty("name").GetString(), seen.GetProperty("isMine").GetBoolean()));
        using var used = await other.PostJobAsync(new { prompt = "a cone", count = 1, size = 64, style });
        Assert.Equal(HttpStatusCode.Accepted, used.StatusCode);
    }

    [Fact]
    public async Task Style_OfATeamsBoard_IsForThoseWhoSeeTheBoard()
    {
        var owner = await studio.PersonAsync("style-owner@example.com", PersonRoles.Member);
        using var owners = studio.ClientOf(owner);
        var boards = studio.Services.GetRequiredService<IBoards>();
        var actor = new Actor(owner.Id, PersonRoles.Member);
        Assert.True((await boards.MakeAsync(actor, "Sketches", Cancellation)).TryGet(out var board, out _));
        await boards.AddAsync(actor, board, [await PictureAsync(owners, "a cube"), await PictureAsync(owners, "a ring")], Cancellation);
        using var other = studio.ClientOf(await studio.PersonAsync("style-user@example.com", PersonRoles.Member));

        using var unseen = await other.PostAsJsonAsync("/api/styles", new { name = "Sketchy", board }, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unseen.StatusCode);
        using var made = await owners.PostAsJsonAsync("/api/styles", new { name = "Sketchy", board }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, made.StatusCode);
        var style = (await made.ReadJsonAsync()).GetProperty("id").GetGuid();
        using var hidden = await other.PostJobAsync(new { prompt = "a cone", count = 1, size = 64, style });
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);

        await boards.ChangeAsync(actor, board, "Sketches", Visibilities.Team, Cancellation);
        using var seen = await other.PostJobAsync(new { prompt = "a cone", count = 1, size = 64, style });
        Assert.Equal(HttpStatusCode.Accepted, seen.StatusCode);
        using var foreign = await other.DeleteAsync($"/api/styles/{style}", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, foreign.StatusCode);
    }

    /// <summary>The picture that was put onto the board first is left out: the prior reads the captions of the other twenty.</summary>
    [Fact]
    public async Task Style_OfABoardWithMoreThanTwentyPictures_IsMadeOfTheNewest()
    {
        var read = new ConcurrentBag<string>();
        studio.Engine.Clip = input =>
        {
            if (input is TextInput { Text: var text })
            {
                read.Add(text);
            }

            return input is ImageInput ? OfPictures : OfTexts;
        };
        var boards = studio.Services.GetRequiredService<IBoards>();
        var actor = new Actor(studio.Administrator.Id, PersonRoles.Administrator);
        Assert.True((await boards.MakeAsync(actor, "Many", Cancellation)).TryGet(out var board, out _));
        foreach (var number in Enumerable.Range(0, 21))
        {
            await boards.AddAsync(actor, board, [await PictureAsync(client, $"a sketch of thing{number:D2}")], Cancellation);
        }

        read.Clear();
        using var made = await client.PostAsJsonAsync("/api/styles", new { name = "Newest", board }, Cancellation);

        Assert.Equal(20, (await made.ReadJsonAsync()).GetProperty("pictureCount").GetInt32());
        Assert.Equal(Enumerable.Range(1, 20).Select(number => $"thing{number:D2}"), read.Where(text => text.StartsWith("thing", StringComparison.Ordinal)).Distinct().Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Finish_OfADraftWithAStyle_KeepsIt()
    {
        var style = await MakeAsync(client, "Drafted");
        var drafted = await client.MakeAsync(new { kind = "draft", prompt = "a cone", count = 1, style, styleWeight = 0.25 });
        using var deleted = await client.DeleteAsync($"/api/styles/{style}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);

        var finished = await client.MakeAsync(new { kind = "finish", drafts = new[] { drafted.GetProperty("images")[0].GetProperty("id").GetGuid() }, size = 256 });

        Assert.Equal("done", finished.GetProperty("state").GetString());
        var used = studio.Engine.Latest!.Overrides.Style!;
        Assert.Equal(("Drafted", 0.25, style), (used.Name, used.Weight, used.Id));
        var picture = await client.GetFromJsonAsync<JsonElement>($"/api/images/{finished.GetProperty("images")[0].GetProperty("id").GetGuid()}", Cancellation);
        Assert.Equal("Drafted", picture.GetProperty("recipe").GetProperty("style").GetProperty("name").GetString());
    }

    [Fact]
    public async Task Post_TooFewTooManyOrNoPictures_IsRefused()
    {
        var picture = await PictureAsync(client, "a cube");

        await RefusesAsync(new { name = "Ink", pictures = new[] { picture } }, "at least 2");
        await RefusesAsync(new { name = "Ink", pictures = Enumerable.Range(0, 21).Select(_ => Guid.NewGuid()).ToArray() }, "at most 20");
        await RefusesAsync(new { name = "Ink" }, "Name a board, or pictures");
        await RefusesAsync(new { name = " ", pictures = new[] { picture, picture } }, "name");
    }

    [Theory]
    [InlineData("edit")]
    [InlineData("extend")]
    [InlineData("vary")]
    [InlineData("blend")]
    public async Task Post_JobOfAnotherKind_UsesTheStyleAndKeepsIt(string kind)
    {
        var style = await MakeAsync(client, kind);
        var (source, mask) = (await PictureAsync(client, "a cube"), await client.UploadAsync(TestPictures.Mask(64, 64)));

        var job = await client.MakeAsync(kind switch
        {
            "edit" => new { kind, prompt = "a ring", source, mask, count = 1, style, styleWeight = -0.75 },
            "extend" => new { kind, prompt = "a ring", source, extend = new { left = 32 }, count = 1, style, styleWeight = -0.75 },
            "vary" => new { kind, source, count = 1, size = 64, style, styleWeight = -0.75 },
            _ => (object)new { kind, inputs = new object[] { new { image = source }, new { text = "a ring" } }, count = 1, size = 64, style, styleWeight = -0.75 },
        });

        Assert.Equal("done", job.GetProperty("state").GetString());
        var used = studio.Engine.Latest!.Overrides.Style!;
        Assert.Equal((kind, -0.75, style), (used.Name, used.Weight, used.Id));
        Assert.Equal([-1, 1, 0, 0], used.Direction);
        var picture = await client.GetFromJsonAsync<JsonElement>($"/api/images/{job.GetProperty("images")[0].GetProperty("id").GetGuid()}", Cancellation);
        Assert.Equal((kind, -0.75), (picture.GetProperty("recipe").GetProperty("style").GetProperty("name").GetString(), picture.GetProperty("recipe").GetProperty("style").GetProperty("weight").GetDouble()));
    }

    [Theory]
    [InlineData("erase", "continues the picture as it is")]
    [InlineData("extend", "Without a prompt the picture is continued as it is")]
    [InlineData("textdiff", "begins with the picture as it is")]
    [InlineData("finish", "the style that they were drawn with")]
    public async Task Post_JobThatTakesNoStyle_IsRefusedWithTheReason(string kind, string why)
    {
        var id = Guid.NewGuid();
        using var answer = await client.PostJobAsync(kind switch
        {
            "erase" => new { kind, source = id, mask = id, style = id },
            "extend" => new { kind, source = id, extend = new { left = 32 }, style = id },
            "textdiff" => new { kind, source = id, from = "a cube", to = "a ring", style = id },
            _ => (object)new { kind, drafts = new[] { id }, style = id },
        });

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var fault = await answer.ReadJsonAsync();
        Assert.Contains(why, fault.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal("style", Assert.Single(fault.GetProperty("errors").EnumerateObject()).Name);
    }

    [Fact]
    public async Task Sketch_OfAPromptWithAStyle_StartsFromTheMovedEmbeddingAndCostsNothing()
    {
        var style = await MakeAsync(client, "Sketched");
        var used = await UsedAsync();

        using var answer = await client.PostAsJsonAsync($"/api/styles/{style}/sketches", new { prompt = "a cone", weight = 1, seed = 7u, draft = true }, Cancellation);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var drawn = PictureDecoder.Decode(await answer.Content.ReadAsByteArrayAsync(Cancellation));
        Assert.Equal((64, 64), (drawn.Width, drawn.Height));
        Assert.Equal(used, await UsedAsync());
        var begun = studio.Engine.Latest!.Finished![0];
        Assert.Equal(GenerationStage.Prior, begun.Stage);
        Assert.True(begun.ImageEmbedding[1] > 0.3f && begun.ImageEmbedding[0] < 1, "The embedding did not move to the style.");

        using var empty = await client.PostAsJsonAsync($"/api/styles/{style}/sketches", new { prompt = " ", seed = 7u }, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, empty.StatusCode);
    }

    [Fact]
    public async Task Generations_WithAStyle_UseIt()
    {
        var style = await MakeAsync(client, "Compatible");

        using var answer = await client.PostAsJsonAsync("/v1/images/generations", new { prompt = "a cone", size = "256x256", style_id = style, style_weight = 0.75 }, Cancellation);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal(0.75, studio.Engine.Latest!.Overrides.Style!.Weight);

        using var wrong = await client.PostAsJsonAsync("/v1/images/generations", new { prompt = "a cone", style_id = style, style_weight = 2 }, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, wrong.StatusCode);
        Assert.Equal("style_weight", (await wrong.ReadJsonAsync()).GetProperty("error").GetProperty("param").GetString());
        using var unknown = await client.PostAsJsonAsync("/v1/images/generations", new { prompt = "a cone", style_id = Guid.NewGuid() }, Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
    }

    [Theory]
    [InlineData("variations", false)]
    [InlineData("edits", true)]
    [InlineData("edits", false)]
    public async Task EditsAndVariations_WithAStyle_UseIt(string call, bool masked)
    {
        var style = await MakeAsync(client, call);
        using var form = new MultipartFormDataContent
        {
            { new ByteArrayContent(TestPictures.Png(64, 64)), "image", "a.png" }, { new StringContent("256x256"), "size" },
            { new StringContent($"{style}"), "style_id" }, { new StringContent("-0.5"), "style_weight" },
        };
        if (call == "edits")
        {
            form.Add(new StringContent("a ring"), "prompt");
        }

        if (masked)
        {
            form.Add(new ByteArrayContent(TestPictures.Mask(64, 64)), "mask", "b.png");
        }

        using var answer = await client.PostAsync($"/v1/images/{call}", form, Cancellation);

        Assert.True(answer.StatusCode == HttpStatusCode.OK, await answer.Content.ReadAsStringAsync(Cancellation));
        var used = studio.Engine.Latest!;
        Assert.Equal((style, -0.5), (used.Overrides.Style!.Id, used.Overrides.Style.Weight));
        Assert.Equal(call == "variations" ? typeof(VariationOrigin) : masked ? null : typeof(ChangeOrigin), used.Origin?.GetType());
    }

    private static async Task<Guid> MakeAsync(HttpClient client, string name) => (await MadeAsync(client, name)).GetProperty("id").GetGuid();

    private static async Task<JsonElement> MadeAsync(HttpClient client, string name)
    {
        var pictures = new[] { await PictureAsync(client, "a sketch of a cube"), await PictureAsync(client, "a sketch of a ring") };
        using var made = await client.PostAsJsonAsync("/api/styles", new { name, pictures }, Cancellation);
        Assert.True(made.StatusCode == HttpStatusCode.Created, await made.Content.ReadAsStringAsync(Cancellation));
        return await made.ReadJsonAsync();
    }

    private static async Task<Guid> PictureAsync(HttpClient client, string prompt) =>
        (await client.MakeAsync(new { prompt, count = 1, size = 64 })).GetProperty("images")[0].GetProperty("id").GetGuid();

    private async Task RefusesAsync(object body, string why)
    {
        using var answer = await client.PostAsJsonAsync("/api/styles", body, Cancellation);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains(why, (await answer.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private async Task<int> UsedAsync()
    {
        using var answer = await client.GetAsync("/api/me/quota", Cancellation);
        return (await answer.ReadJsonAsync()).GetProperty("used").GetInt32();
    }
}
