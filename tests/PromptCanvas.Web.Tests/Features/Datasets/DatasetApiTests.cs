using System.Diagnostics;
using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Identity;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Features.Datasets;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.Datasets;

/// <summary>A data set by the API and on its pages.</summary>
public sealed class DatasetApiTests : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    // Its name is on every page: it must appear as text.
    private const string Name = "Cubes <b>&";

    private readonly Studio studio = new();
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-dataset-").FullName;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private static object Order(bool dryRun = false) => new
    {
        name = Name,
        template = "a {colour} cube",
        slots = new[] { "colour=red:2,blue" },
        count = 5,
        size = 64,
        seed = 7,
        split = "train=0.6,test=0.4",
        dryRun,
    };

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Fact]
    public async Task Dataset_FromThePriceToTheZip()
    {
        var member = await studio.PersonAsync("member@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(member);
        using var quote = await client.PostAsJsonAsync("/api/datasets", Order(dryRun: true), Cancellation);
        Assert.Equal(HttpStatusCode.OK, quote.StatusCode);
        var price = await quote.ReadJsonAsync();
        Assert.Equal((5, 5m, 2.0), (price.GetProperty("pictures").GetInt32(), price.GetProperty("cost").GetDecimal(), price.GetProperty("prompts").GetDouble()));
        Assert.Equal(0, (await client.GetFromJsonAsync<JsonElement>("/api/datasets", Cancellation)).GetArrayLength());

        var id = await StartAsync(client);
        var detail = await EndAsync(client, id);

        Assert.Equal(("done", 5, 0), (State(detail), detail.GetProperty("dataset").GetProperty("kept").GetInt32(), detail.GetProperty("dataset").GetProperty("leftOut").GetInt32()));
        Assert.Equal(5, (await client.GetFromJsonAsync<JsonElement>("/api/me/quota", Cancellation)).GetProperty("used").GetDecimal());

        // The unzip and tar programs, not our writers, say what is in it.
        var zip = Path.Combine(folder, "set.zip");
        await File.WriteAllBytesAsync(zip, await client.GetByteArrayAsync($"/api/datasets/{id}/content", Cancellation), Cancellation);
        await RunAsync("unzip", "-q", zip, "-d", folder);
        var lines = File.ReadLines(Path.Combine(folder, "train", "metadata.jsonl")).Select(line => JsonSerializer.Deserialize<JsonElement>(line)).ToList();
        Assert.Equal(3, lines.Count);
        Assert.All(lines, line => Assert.Equal($"a {line.GetProperty("colour").GetString()} cube", line.GetProperty("text").GetString()));
        Assert.All(lines, line => Assert.True(File.Exists(Path.Combine(folder, "train", line.GetProperty("file_name").GetString()!))));
        var tarred = await RunAsync("tar", "-tf", Path.Combine(folder, "webdataset", "test-000000.tar"));
        Assert.Equal(6, tarred.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.True(File.Exists(Path.Combine(folder, "annotations", "labels_test.json")));
        Assert.True(File.Exists(Path.Combine(folder, "README.md")));

        using var other = studio.ClientOf(await studio.PersonAsync("other@example.com", PersonRoles.Member));
        using var hidden = await other.GetAsync($"/api/datasets/{id}/content", Cancellation);
        Assert.Equal(HttpStatusCode.NotFound, hidden.StatusCode);
        using var deleted = await client.DeleteAsync($"/api/datasets/{id}", Cancellation);
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
    }

    [Fact]
    public async Task Dataset_WithABase_HasMasks_AndItsKeyNeedsTheScopeEdit()
    {
        object painted = new { name = "Painted", template = "a {thing} on a floor", slots = new[] { "thing=cube,ring" }, @base = "a floor", box = "0.25,0.25,0.5,0.5", count = 2, size = 64 };
        var member = await studio.PersonAsync("member@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(member);
        var key = await studio.Services.GetRequiredService<ApiKeys>().CreateAsync(member.Id, "one scope", [ApiScopes.Generate], null, Cancellation);
        using var weaker = studio.ClientOf(member with { Key = key.Key });
        using var forbidden = await weaker.PostAsJsonAsync("/api/datasets", painted, Cancellation);
        Assert.Equal(HttpStatusCode.Forbidden, forbidden.StatusCode);

        using var started = await client.PostAsJsonAsync("/api/datasets", painted, Cancellation);
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        var id = (await started.ReadJsonAsync()).GetProperty("id").GetGuid();
        var detail = await EndAsync(client, id);

        Assert.Equal(("done", 2), (State(detail), detail.GetProperty("dataset").GetProperty("kept").GetInt32()));
        Assert.Equal("a floor", detail.GetProperty("plan").GetProperty("edit").GetProperty("base").GetString());
        Assert.Equal(4, (await client.GetFromJsonAsync<JsonElement>("/api/me/quota", Cancellation)).GetProperty("used").GetDecimal());
        var zip = Path.Combine(folder, "painted.zip");
        await File.WriteAllBytesAsync(zip, await client.GetByteArrayAsync($"/api/datasets/{id}/content?format=imagefolder", Cancellation), Cancellation);
        var names = await RunAsync("unzip", "-Z1", zip);
        Assert.Equal(["README.md", "train/000000.png", "train/000001.png", "train/bases/000000.png", "train/bases/000001.png", "train/masks/000000.png", "train/masks/000001.png", "train/metadata.jsonl"], names.Split('\n', StringSplitOptions.RemoveEmptyEntries).Order(StringComparer.Ordinal));
    }

    /// <summary>Two downloads of one person at once; the third is told to wait, and goes when one of them is over.</summary>
    [Fact]
    public async Task Download_MoreThanAllowedAtOnce_IsToldToWait()
    {
        var member = await studio.PersonAsync("member@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(member);
        var id = await StartAsync(client);
        await EndAsync(client, id);
        var downloads = studio.Services.GetRequiredService<DatasetDownloads>();
        Assert.True(downloads.TryBegin(member.Id).TryGet(out var first, out _));
        Assert.True(downloads.TryBegin(member.Id).TryGet(out var second, out _));

        using var third = await client.GetAsync($"/api/datasets/{id}/content", Cancellation);
        Assert.Equal(HttpStatusCode.TooManyRequests, third.StatusCode);
        Assert.InRange(third.Headers.RetryAfter!.Delta!.Value, TimeSpan.FromSeconds(1), TimeSpan.FromMinutes(2));
        Assert.Contains("downloading 2 data sets already", (await third.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);

        first.Dispose();
        first.Dispose();
        using var next = await client.GetAsync($"/api/datasets/{id}/content", Cancellation);
        Assert.Equal(HttpStatusCode.OK, next.StatusCode);
        Assert.True(downloads.TryBegin(member.Id).TryGet(out var fourth, out _), "The finished download still counts.");
        second.Dispose();
        fourth.Dispose();
    }

    [Fact]
    public void Downloads_OfAllPeople_HaveALimitToo()
    {
        var downloads = new DatasetDownloads();
        for (var person = 0; person < DatasetDownloads.MostOfAll; person++)
        {
            Assert.Null(downloads.TryBegin(Guid.NewGuid()).Refusal);
        }

        Assert.IsType<TooManyDownloads>(downloads.TryBegin(Guid.NewGuid()).Refusal);
    }

    [Fact]
    public async Task Pages_ShowTheFormTheListAndTheDownload()
    {
        var member = await studio.PersonAsync("member@example.com", PersonRoles.Member);
        using var client = studio.ClientOf(member);
        var id = await StartAsync(client);
        await EndAsync(client, id);
        using var browser = studio.Browser(member.Cookie);

        using var list = await browser.GetAsync("/datasets", Cancellation);
        var form = await list.TextAsync();
        Assert.Contains(Name, form, StringComparison.Ordinal);
        Assert.Contains("5 of 5 pictures", form, StringComparison.Ordinal);
        Assert.Contains("Start (100 credits)", form, StringComparison.Ordinal);
        using var page = await browser.GetAsync($"/datasets/{id}", Cancellation);
        var shown = await page.TextAsync();
        Assert.Contains(Name, shown, StringComparison.Ordinal);
        Assert.Contains("Download zip", shown, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{ "template": "a cube" }""", "name")]
    [InlineData("""{ "name": "x", "template": "a {size} cube" }""", "slots")]
    [InlineData("""{ "name": "x", "template": "a cube", "split": "train=2" }""", "split")]
    [InlineData("""{ "name": "x", "template": "a cube", "seed": -2 }""", "seed")]
    [InlineData("""{ "name": "x", "template": "a {thing}", "slots": ["thing=cube"], "base": "a floor", "box": "1-2" }""", "box")]
    [InlineData("""{ "name": "x", "template": "a cube", "base": "a floor" }""", "base")]
    public async Task Start_InvalidBody_NamesTheField(string body, string field)
    {
        using var client = studio.ClientOf(studio.Administrator);
        using var content = new StringContent(body, Encoding.UTF8, "application/json");

        using var answer = await client.PostAsync("/api/datasets", content, Cancellation);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains($"\"{field}\"", await answer.Content.ReadAsStringAsync(Cancellation), StringComparison.Ordinal);
    }

    private static async Task<Guid> StartAsync(HttpClient client)
    {
        using var started = await client.PostAsJsonAsync("/api/datasets", Order(), Cancellation);
        Assert.Equal(HttpStatusCode.Created, started.StatusCode);
        return (await started.ReadJsonAsync()).GetProperty("id").GetGuid();
    }

    private static string? State(JsonElement detail) => detail.GetProperty("dataset").GetProperty("state").GetString();

    private static async Task<JsonElement> EndAsync(HttpClient client, Guid id)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(Patience);
        while (true)
        {
            var detail = await client.GetFromJsonAsync<JsonElement>($"/api/datasets/{id}", patience.Token);
            if (State(detail) != "running")
            {
                return detail;
            }

            await Task.Delay(LookInterval, patience.Token);
        }
    }

    private static async Task<string> RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = await process.StandardOutput.ReadToEndAsync(Cancellation);
        await process.WaitForExitAsync(Cancellation);
        Assert.Equal(0, process.ExitCode);
        return output;
    }
}
