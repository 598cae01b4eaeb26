using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

using Microsoft.Extensions.DependencyInjection;

using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Safety;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Safety;

public sealed class SafetyPageTests : IAsyncDisposable
{
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Words_WrittenOnThePage_RefuseEveryWayIn_AndCostNothing()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var added = await administrator.SendFormAsync("/admin/safety", "prompt-rule", ("Text", "knife"), ("Kind", "words"), ("Reason", "No weapons."));
        using var client = studio.ClientOf(await studio.PersonAsync("ben@example.com", PersonRoles.Member));

        using var job = await client.PostJobAsync(new { kind = "generate", prompt = "a K-n-í-f-e" });
        using var image = await client.PostAsJsonAsync("/v1/images/generations", new { prompt = "a knife" }, Cancellation);
        var quota = await client.GetFromJsonAsync<JsonElement>("/api/me/quota", Cancellation);

        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, job.StatusCode);
        var problem = await job.ReadJsonAsync();
        Assert.Equal("content-policy", problem.GetProperty("type").GetString());
        Assert.Contains("No weapons. Nothing was charged", problem.GetProperty("detail").GetString(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.BadRequest, image.StatusCode);
        var error = (await image.ReadJsonAsync()).GetProperty("error");
        Assert.Equal(("invalid_request_error", "content_policy_violation"), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.Contains("No weapons", error.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(0, quota.GetProperty("used").GetInt32());
    }

    [Fact]
    public async Task Try_SaysWhichRuleWouldRefuse()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        await administrator.SendFormAsync("/admin/safety", "prompt-rule", ("Text", @"kni(fe|ves)"), ("Kind", "pattern"), ("Reason", "no weapons"));

        Assert.Contains("Blocked by “kni(fe|ves)”", WebUtility.HtmlDecode(await administrator.GetStringAsync("/admin/safety?try=three+KNIVES", Cancellation)), StringComparison.Ordinal);
        Assert.Contains("No rule blocks this prompt", await administrator.GetStringAsync("/admin/safety?try=a+spoon", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task PatternThatCannotBeRead_StaysInTheForm_WithWhatIsWrong()
    {
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var answer = await administrator.SendFormAsync("/admin/safety", "prompt-rule", ("Text", "(knife"), ("Kind", "pattern"), ("Reason", "no weapons"));
        var page = await answer.TextAsync();

        Assert.Contains("The pattern cannot be read", page, StringComparison.Ordinal);
        Assert.Contains("value=\"(knife\"", page, StringComparison.Ordinal);
        Assert.Empty(await studio.Services.GetRequiredService<ISafetyRules>().ReadAsync(Cancellation));
    }

    [Fact]
    public async Task Preview_ShowsWhatTheTeamShares_AndNotWhatIsPrivate()
    {
        studio.Engine.Clip = See;
        using var client = studio.ClientOf(await studio.PersonAsync("ben@example.com", PersonRoles.Member));
        var shared = await PictureAsync(client, "a red cube", "team");
        var hidden = await PictureAsync(client, "a red cube", "private");
        using var administrator = studio.Browser(studio.Administrator.Cookie);

        var page = await administrator.GetStringAsync("/admin/safety?close=red&from=0.9", Cancellation);

        Assert.Contains($"\"api/images/{shared}/thumbnail", page, StringComparison.Ordinal);
        Assert.DoesNotContain($"{hidden}", page, StringComparison.Ordinal);
        Assert.Contains("1 of the 1 closest pictures", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pictures_CloseToADescription_AreRejectedAndGivenBack_OnBothInterfaces()
    {
        studio.Engine.Clip = See;
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var added = await administrator.SendFormAsync("/admin/safety?close=red&from=0.9", "picture-rule", ("Reason", "nothing red"));
        using var client = studio.ClientOf(await studio.PersonAsync("ben@example.com", PersonRoles.Member));

        var job = await client.MakeAsync(new { kind = "generate", prompt = "a red cube", count = 2, size = 64 });
        using var image = await client.PostAsJsonAsync("/v1/images/generations", new { prompt = "a red cube", size = "256x256" }, Cancellation);
        var other = await client.MakeAsync(new { kind = "generate", prompt = "a blue cube", count = 1, size = 64 });
        var quota = await client.GetFromJsonAsync<JsonElement>("/api/me/quota", Cancellation);

        Assert.Equal(HttpStatusCode.Found, added.StatusCode);
        Assert.Equal("rejected", job.GetProperty("state").GetString());
        Assert.Contains("nothing red", job.GetProperty("error").GetString(), StringComparison.Ordinal);
        Assert.All(job.GetProperty("images").EnumerateArray(), picture => Assert.Equal("rejected", picture.GetProperty("state").GetString()));
        Assert.Equal("content_policy_violation", (await image.ReadJsonAsync()).GetProperty("error").GetProperty("code").GetString());
        Assert.Equal("done", other.GetProperty("state").GetString());
        Assert.Equal(1, quota.GetProperty("used").GetInt32());
    }

    // A CLIP that detects only whether something is red. The scripted pictures never are.
    private static float[] See(ConditioningInput input) => input is TextInput { Text: var text } && text.Contains("red", StringComparison.Ordinal) ? [1, 0] : [0, 1];

    private static async Task<Guid> PictureAsync(HttpClient client, string prompt, string visibility)
    {
        var job = await client.MakeAsync(new { kind = "generate", prompt, count = 1, size = 64, visibility });
        return job.GetProperty("images")[0].GetProperty("id").GetGuid();
    }
}
