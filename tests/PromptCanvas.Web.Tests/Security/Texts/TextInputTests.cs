using System.Net;
using System.Text;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Data.Safety;
using PromptCanvas.Generation.Instant;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Web.Features.Create;
using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Features.OpenAi;

namespace PromptCanvas.Web.Tests.Security.Texts;

/// <summary>Every entry point refuses invalid text, names the field, and stores text in one form.</summary>
public sealed class TextInputTests(Cast cast) : IClassFixture<Cast>
{
    private const string NoText = "a\uFFFEb";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{ "kind": "generate", "prompt": "a\ufffeb" }""", "prompt")]
    [InlineData("""{ "kind": "generate", "prompt": "a\ud800b" }""", "prompt")]
    [InlineData("""{ "kind": "generate", "prompt": "a\u0007b" }""", "prompt")]
    [InlineData("""{ "kind": "generate", "prompt": "a cube", "negativePrompt": "\uFDD0" }""", "negativePrompt")]
    [InlineData("""{ "kind": "blend", "inputs": [{ "text": "a cube" }, { "text": "\udc00" }] }""", "inputs[1].text")]
    [InlineData("""{ "kind": "vary", "source": "x", "strength": "\ud800" }""", "strength")]
    public async Task Json_ThatIsNoText_IsRefusedByItsField(string body, string field)
    {
        using var client = cast.Studio.CreateClient();
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var response = await client.PostAsync("/api/jobs", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal([field], (await response.ReadJsonAsync()).GetProperty("errors").EnumerateObject().Select(error => error.Name));
    }

    [Fact]
    public async Task OpenAi_ThatIsNoText_IsRefusedByItsField()
    {
        using var client = cast.Studio.CreateClient();
        using var json = new StringContent("""{ "prompt": "a cube", "user": "\ud800" }""", Encoding.UTF8, "application/json");
        using var ofJson = await client.PostAsync(OpenAiCalls.Generations, json, Cancellation);
        Assert.Equal("user", (await ofJson.FaultAsync()).GetProperty("param").GetString());

        using var form = OpenAiCalls.Form(("image", TestPictures.Png(16, 16)), ("mask", OpenAiCalls.Transparent(16)));
        form.Add(new ByteArrayContent([0x61, 0xED, 0xA0, 0x80]), "prompt");
        using var ofForm = await client.PostAsync(OpenAiCalls.Edits, form, Cancellation);
        Assert.Equal("prompt", (await ofForm.FaultAsync()).GetProperty("param").GetString());
    }

    [Theory]
    [InlineData("Form.Email", NoText, "Email")]
    [InlineData("Form.Email", "a\u0007b", "Email")]
    [InlineData("Form.Password", NoText, "Password")]
    public async Task Form_ThatIsNoText_IsRefusedByItsField(string name, string text, string field)
    {
        using var browser = cast.Studio.Browser();
        using var response = await browser.SendFormAsync("/sign-in", "sign-in", (name, text));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains($"The field \"{field}\" contains", await response.TextAsync(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/sign-in?returnUrl=%FF")]
    [InlineData("/gallery?q=%EF%BF%BE")]
    [InlineData("/gallery?q=a%00b")]
    [InlineData("/gallery?%ED%A0%80=1")]
    [InlineData("/gallery?picture=nonsense")]
    [InlineData("/?count=many")]
    [InlineData("/api/jobs?x=%FF")]
    [InlineData("/v1/models?x=%FF")]
    [InlineData("/v1/models/%EF%BF%BE")]
    public async Task Address_ThatIsNoText_IsRefused(string address)
    {
        using var client = cast.Studio.CreateClient();
        using var response = await client.GetAsync(address, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    [Fact]
    public async Task Password_IsNeverNormalized()
    {
        const string Decomposed = "zo\u0308llner ku\u0308hlt tra\u0308ge maschinen";
        await using (var scope = cast.Studio.Services.CreateAsyncScope())
        {
            Assert.True((await scope.ServiceProvider.GetRequiredService<Accounts>().CreateAsync("accents@example.com", PersonRoles.Member, Decomposed)).TryGet(out _, out _));
        }

        using var browser = cast.Studio.Browser();
        using var composed = await browser.SignInAsync("accents@example.com", Decomposed.Normalize(NormalizationForm.FormC));
        Assert.NotEqual(HttpStatusCode.Found, composed.StatusCode);
        using var same = await browser.SignInAsync("accents@example.com", Decomposed);
        Assert.Equal(HttpStatusCode.Found, same.StatusCode);
    }

    [Fact]
    public async Task Prompt_IsKeptComposed_WithLineFeeds()
    {
        using var client = cast.Studio.CreateClient();
        var job = await client.MakeAsync(new { kind = "generate", prompt = "cafe\u0301\r\nand\ra cube", count = 1, size = 64 });
        var picture = job.GetProperty("images")[0].GetProperty("id").GetGuid();
        using var response = await client.GetAsync($"/api/images/{picture}", Cancellation);

        Assert.Equal("caf\u00E9\nand\na cube", (await response.ReadJsonAsync()).GetProperty("prompt").GetString());
    }

    // Pages that stay open send text over their live connection, past forms and JSON.
    [Fact]
    public async Task LivePages_ThatSendNoText_AreRefusedByItsField()
    {
        await using var scope = cast.Studio.Services.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var actor = new Actor(cast.People["owner"]!.Id, PersonRoles.Member);
        var administrator = new AuditActor(cast.Studio.Administrator.Id, "administrator", null);
        Refusal?[] refusals =
        [
            Refusal(await services.GetRequiredService<GenerateImagesHandler>().HandleAsync(new GenerateImages("key", NoText), actor, Cancellation)),
            Refusal(await services.GetRequiredService<GenerateImagesHandler>().HandleAsync(new GenerateImages("key", "a cube") { NegativePrompt = NoText }, actor, Cancellation)),
            Refusal(await services.GetRequiredService<IBoards>().MakeAsync(actor, NoText, Cancellation)),
            (await services.GetRequiredService<IBoards>().ChangeAsync(actor, cast.Board, NoText, "team", Cancellation)).Refusal,
            Refusal(await services.GetRequiredService<IStyleMaking>().MakeAsync(actor, new NewStyle(NoText) { Board = cast.Board }, Cancellation)),
            (await services.GetRequiredService<IStyles>().ChangeAsync(actor, Guid.NewGuid(), NoText, "team", Cancellation)).Refusal,
            (await services.GetRequiredService<IComments>().AddAsync(actor, cast.TeamPicture, NoText, Cancellation)).Refusal,
            (await services.GetRequiredService<ISafetyRules>().AddAsync(administrator, new NewSafetyRule(SafetyRuleKinds.Words, NoText, "No.", null), Cancellation)).Refusal,
            (await services.GetRequiredService<ISafetyRules>().AddAsync(administrator, new NewSafetyRule(SafetyRuleKinds.Words, "word", NoText, null), Cancellation)).Refusal,
        ];

        Assert.Equal(["prompt", "negativePrompt", "name", "name", "name", "name", "text", "text", "reason"], refusals.Select(refusal => Assert.IsType<InvalidInput>(refusal).Field));
    }

    [Fact]
    public async Task Search_ForNoText_FindsNothing()
    {
        var library = cast.Studio.Services.GetRequiredService<ILibrary>();
        foreach (var text in NastyTexts.All)
        {
            await library.ReadAsync(new Actor(cast.People["owner"]!.Id, PersonRoles.Member), new LibraryFilter { Words = text }, null, 10, Cancellation);
        }
    }

    // Earlier versions stored such rules.
    [Fact]
    public async Task Rule_ThatIsNoText_RefusesNoJobAndFailsNone()
    {
        await using var studio = new Studio();
        using var client = studio.CreateClient();
        await using (var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation))
        {
            database.SafetyRules.Add(new SafetyRule { Id = Guid.NewGuid(), Kind = SafetyRuleKinds.Words, Text = NoText, Reason = "No.", By = "test", CreatedAt = DateTimeOffset.UnixEpoch });
            await database.SaveChangesAsync(Cancellation);
        }

        using var response = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 1, size = 64 });
        Assert.Equal(HttpStatusCode.Accepted, response.StatusCode);
    }

    private static Refusal? Refusal<T>(Result<T> result) => result.TryGet(out _, out var refusal) ? null : refusal;
}
