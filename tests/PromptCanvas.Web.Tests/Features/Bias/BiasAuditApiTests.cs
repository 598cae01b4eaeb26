using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using PromptCanvas.Data.People;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Bias;

/// <summary>A bias audit by the API and on its pages.</summary>
public sealed class BiasAuditApiTests : IAsyncLifetime
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    // Its name is in every page and file: it must appear as text.
    private const string Name = "Cubes <b>&";

    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        // Every picture is red.
        studio.Engine.Clip = input => input is TextInput { Text: var text } && !text.Contains("red", StringComparison.Ordinal) ? [0, 1] : [1, 0];
        studio.Engine.Captions = ["a red cube", "a blue cube", "a red ring", "a blue ring", "{} on a beach", "a pencil sketch of {}"];
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => studio.DisposeAsync();

    [Fact]
    public async Task Audit_FromStartToExport()
    {
        using var client = studio.ClientOf(studio.Administrator);
        using var started = await client.PostAsJsonAsync("/api/bias", new { name = Name, prompts = new[] { "a cube", "a ring" }, picturesPerPrompt = 3, size = 64, seed = 5 }, Cancellation);
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        var answer = await started.ReadJsonAsync();
        Assert.Equal((6, 6m), (answer.GetProperty("pictures").GetInt32(), answer.GetProperty("cost").GetDecimal()));

        var id = answer.GetProperty("id").GetGuid();
        var detail = await EndAsync(client, id);

        Assert.Equal("done", detail.GetProperty("audit").GetProperty("state").GetString());
        var colour = detail.GetProperty("report").GetProperty("sections")[0].GetProperty("findings")[0];
        var red = colour.GetProperty("shares").GetProperty("values")[0];
        Assert.Equal(("colour", "red", 6, 1.0), (colour.GetProperty("attribute").GetString(), red.GetProperty("name").GetString(), red.GetProperty("pictures").GetInt32(), red.GetProperty("share").GetDouble()));
        Assert.Equal(6, (await client.GetFromJsonAsync<JsonElement>("/api/me/quota", Cancellation)).GetProperty("used").GetDecimal());

        var csv = await client.GetStringAsync($"/api/bias/{id}/report.csv", Cancellation);
        Assert.Contains("(all),colour,red,6,6,1,0.6097,1,,,\r\n", csv, StringComparison.Ordinal);
        var html = await client.GetStringAsync($"/api/bias/{id}/report.html", Cancellation);
        Assert.Contains("<h1>Cubes &lt;b&gt;&amp;</h1>", html, StringComparison.Ordinal);

        // Each picture once, though two sections show it.
        var rules = html.Split("{background-image:url(data:image/webp;base64,")[1..];
        Assert.Equal(6, rules.Length);
        Assert.All(rules, rule =>
        {
            var shown = PictureDecoder.Decode(Convert.FromBase64String(rule.Split(')')[0]));
            Assert.True(Math.Max(shown.Width, shown.Height) <= 96, $"{shown.Width} × {shown.Height}");
        });
        Assert.True(html.Split("<span class=\"bias-picture ").Length - 1 > rules.Length);
        Assert.DoesNotContain("http", html, StringComparison.Ordinal);

        // The page's link is in the language of the page; keys always get English.
        using var browser = studio.Browser(studio.Administrator.Cookie);
        browser.DefaultRequestHeaders.AcceptLanguage.ParseAdd("de");
        var german = await browser.GetStringAsync($"/api/bias/{id}/report.csv", Cancellation);
        Assert.StartsWith("prompt,merkmal,wert,", german, StringComparison.Ordinal);
        Assert.Contains("(alle),colour,red,6,6,1,0.6097,1,,,\r\n", german, StringComparison.Ordinal);
        var page = await browser.GetStringAsync($"/api/bias/{id}/report.html", Cancellation);
        Assert.Contains("<html lang=\"de\">", page, StringComparison.Ordinal);
        Assert.Contains("<h2>Alle Prompts</h2>", page, StringComparison.Ordinal);
        Assert.Contains("100,0 %</td>", page, StringComparison.Ordinal);
        Assert.DoesNotContain((await client.GetFromJsonAsync<JsonElement>($"/api/bias/{id}/compare/{id}", Cancellation)).EnumerateArray(), difference => difference.GetProperty("isClear").GetBoolean());
    }

    [Fact]
    public async Task Pages_ShowTheFormTheListAndTheReport()
    {
        using var client = studio.ClientOf(studio.Administrator);
        using var started = await client.PostAsJsonAsync("/api/bias", new { name = Name, prompts = new[] { "a cube" }, picturesPerPrompt = 2, size = 64, renderedExamples = true }, Cancellation);
        var id = (await started.ReadJsonAsync()).GetProperty("id").GetGuid();
        await EndAsync(client, id);
        using var browser = studio.Browser(studio.Administrator.Cookie);

        using var list = await browser.GetAsync("/admin/bias", Cancellation);
        var form = await list.TextAsync();
        Assert.Contains(Name, form, StringComparison.Ordinal);
        Assert.Contains("2 of 2 pictures", form, StringComparison.Ordinal);
        Assert.Contains("Start (60 credits)", form, StringComparison.Ordinal);
        using var page = await browser.GetAsync($"/admin/bias/{id}", Cancellation);
        var report = await page.TextAsync();
        Assert.Contains(Name, report, StringComparison.Ordinal);
        Assert.Contains("on a beach", report, StringComparison.Ordinal);
        Assert.Contains("a pencil sketch", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task World_IsWhatTheModelDraws()
    {
        using var client = studio.ClientOf(studio.Administrator);

        var world = await client.GetFromJsonAsync<JsonElement>("/api/bias/world", Cancellation);

        Assert.Equal(["a cube", "a ring", "a thing"], world.GetProperty("prompts").EnumerateArray().Select(prompt => prompt.GetString()));
        Assert.Equal(["colour", "shape", "place", "style"], world.GetProperty("attributes").EnumerateArray().Select(attribute => attribute.GetProperty("name").GetString()));
    }

    [Theory]
    [InlineData("""{ "name": "x", "prior": "fast" }""", "prior")]
    [InlineData("""{ "name": "x", "model": "nobody" }""", "model")]
    [InlineData("""{ "name": "x", "seed": -2 }""", "seed")]
    [InlineData("""{ "name": "" }""", "name")]
    public async Task Start_InvalidBody_NamesTheField(string body, string field)
    {
        using var client = studio.ClientOf(studio.Administrator);
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");

        using var answer = await client.PostAsync("/api/bias", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"\"{field}\"", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Report_OfAnotherAdministrator_ShowsFiguresButNoPrivatePictures()
    {
        using var client = studio.ClientOf(studio.Administrator);
        using var started = await client.PostAsJsonAsync("/api/bias", new { name = Name, prompts = new[] { "a cube" }, picturesPerPrompt = 2, size = 64 }, Cancellation);
        var id = (await started.ReadJsonAsync()).GetProperty("id").GetGuid();
        await EndAsync(client, id);
        using var other = studio.ClientOf(await studio.PersonAsync("second@example.com", PersonRoles.Administrator));

        var detail = await other.GetFromJsonAsync<JsonElement>($"/api/bias/{id}", Cancellation);

        Assert.Equal(2, detail.GetProperty("report").GetProperty("measured").GetInt32());
        Assert.Equal(0, detail.GetProperty("visible").GetArrayLength());
        Assert.DoesNotContain("data:image", await other.GetStringAsync($"/api/bias/{id}/report.html", Cancellation), StringComparison.Ordinal);
    }

    private static async Task<JsonElement> EndAsync(HttpClient client, Guid id)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            var detail = await client.GetFromJsonAsync<JsonElement>($"/api/bias/{id}", patience.Token);
            if (detail.GetProperty("audit").GetProperty("state").GetString() != "running")
            {
                return detail;
            }

            await Task.Delay(LookInterval, patience.Token);
        }
    }
}
