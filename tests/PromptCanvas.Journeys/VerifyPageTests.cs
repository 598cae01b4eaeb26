using System.Text.Json;
using Microsoft.Playwright;
using NetVips;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;
using static Microsoft.Playwright.Assertions;

namespace PromptCanvas.Journeys;

/// <summary>The origin of pictures: the page that verifies files, and the browser build of another implementation.</summary>
public sealed class VerifyPageTests(Browser browser, ScriptedStudio studio) : IClassFixture<Browser>, IClassFixture<ScriptedStudio>
{
    // Served to the browser by the test alone.
    private const string Readers = "https://readers.test/";

    private const string ReaderPage = """
        <!doctype html>
        <title>A reader</title>
        <script type="importmap">
          {
            "imports": {
              "highgain": "./highgain/dist/index.js",
              "ts-deepmerge": "./ts-deepmerge/esm/index.js"
            }
          }
        </script>
        <script type="module">
          import { createC2pa } from './@contentauth/c2pa-web/dist/inline.js';
          const c2pa = await createC2pa();
          globalThis.read = async (base64, type) => {
            const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
            const reader = await c2pa.reader.fromBlob(type, new Blob([bytes], { type }));
            if (!reader) {
              return 'null';
            }
            const store = await reader.manifestStore();
            return JSON.stringify({
              state: store.validation_state,
              failures: store.validation_results.activeManifest.failure.map(failure => failure.code),
              assertions: store.manifests[store.active_manifest].assertions,
            });
          };
        </script>
        """;

    [Theory]
    [InlineData(1440, ColorScheme.Dark)]
    [InlineData(360, ColorScheme.Light)]
    public async Task Page_TellsTheStory_TheChangeAndTheStranger(int width, ColorScheme scheme)
    {
        await using var tab = await browser.OpenAsync(width, height: 900, scheme);
        await tab.MakeAsync(studio.Address, "a red cube");
        var file = await PictureAsync(tab);
        await tab.GoAsync(studio.Address, "/verify");

        await VerifyAsync(tab, "cube.png", file);
        await Expect(tab.Page.Locator("[data-verdict]")).ToHaveAttributeAsync("data-verdict", "Ours");
        await Expect(tab.Page.Locator("[data-verdict]")).ToContainTextAsync("a red cube");
        await tab.SaveAsync($"verify-ours-{width}");
        Assert.True(await tab.Page.EvaluateAsync<bool>("document.documentElement.scrollWidth <= innerWidth"), "The page scrolls sideways.");

        file[^30] ^= 1;
        await VerifyAsync(tab, "changed.png", file);
        await Expect(tab.Page.Locator("[data-verdict]")).ToHaveAttributeAsync("data-verdict", "Changed");
        await tab.SaveAsync($"verify-changed-{width}");

        await VerifyAsync(tab, "drawing.png", Unsigned());
        await Expect(tab.Page.Locator("[data-verdict]")).ToHaveAttributeAsync("data-verdict", "Unsigned");

        await VerifyAsync(tab, "notes.png", "no picture"u8.ToArray());
        await Expect(tab.Page.GetByText("The file is not a PNG, JPEG or WebP.")).ToBeVisibleAsync();
        Assert.Empty(tab.Complaints);
    }

    [Fact]
    public async Task OtherImplementation_InTheBrowser_ReadsEveryFormat_AndSeesAChange()
    {
        var modules = Path.Combine(RealStudio.RepoRoot, "tests", "clients", "c2pa", "node_modules");
        Assert.SkipUnless(Directory.Exists(Path.Combine(modules, "@contentauth", "c2pa-web")), "The readers are not installed: run npm ci in tests/clients/c2pa.");
        await using var tab = await browser.OpenAsync();
        await tab.MakeAsync(studio.Address, "a red cube");
        var png = await PictureAsync(tab);
        List<(byte[] Bytes, string Type)> files = [(png, "image/png"), (await MadeAsync(tab, "jpeg"), "image/jpeg"), (await MadeAsync(tab, "webp"), "image/webp")];
        await tab.Page.Context.RouteAsync($"{Readers}**", route => ServeAsync(route, modules));
        await tab.Page.GotoAsync(Readers);
        await tab.Page.WaitForFunctionAsync("() => globalThis.read !== undefined");

        foreach (var (bytes, type) in files)
        {
            var found = await ReadAsync(tab, bytes, type);

            // Nobody outside vouches for a certificate that the installation made.
            Assert.Equal(["signingCredential.untrusted"], found.GetProperty("failures").EnumerateArray().Select(code => code.GetString()));
            Assert.Equal("Valid", found.GetProperty("state").GetString());
            Assert.Contains("trainedAlgorithmicMedia", found.GetProperty("assertions").ToString(), StringComparison.Ordinal);
        }

        png[^30] ^= 1;
        Assert.Equal("Invalid", (await ReadAsync(tab, png, "image/png")).GetProperty("state").GetString());
        Assert.Empty(tab.Complaints);
    }

    private static byte[] Unsigned()
    {
        using var black = Image.Black(8, 8, bands: 3);
        return black.PngsaveBuffer();
    }

    private static Task VerifyAsync(Tab tab, string name, byte[] bytes) =>
        tab.Page.Locator(".verify-zone input").SetInputFilesAsync(new FilePayload { Name = name, MimeType = "image/png", Buffer = bytes });

    private static async Task<JsonElement> ReadAsync(Tab tab, byte[] bytes, string type) =>
        JsonDocument.Parse(await tab.Page.EvaluateAsync<string>("([bytes, type]) => read(bytes, type)", new[] { Convert.ToBase64String(bytes), type })).RootElement;

    /// <summary>The file of the newest picture on the page.</summary>
    private static async Task<byte[]> PictureAsync(Tab tab)
    {
        var address = await tab.Page.Locator(".run .tile-picture").First.EvaluateAsync<string>("picture => picture.src");
        return await (await tab.Page.Context.APIRequest.GetAsync(address)).BodyAsync();
    }

    /// <summary>A picture that the OpenAI API returned.</summary>
    private async Task<byte[]> MadeAsync(Tab tab, string format)
    {
        var administrator = await studio.PersonAsync(Studio.AdministratorEmail, PersonRoles.Administrator);
        var answer = await tab.Page.Context.APIRequest.PostAsync(new Uri(studio.Address, "/v1/images/generations").ToString(), new()
        {
            Headers = [new("Authorization", $"Bearer {administrator.Key}")],
            DataObject = new { prompt = "a red cube", size = "256x256", response_format = "b64_json", output_format = format },
        });
        Assert.True(answer.Ok, await answer.TextAsync());
        return (await answer.JsonAsync())!.Value.GetProperty("data")[0].GetProperty("b64_json").GetBytesFromBase64();
    }

    private static Task ServeAsync(IRoute route, string modules)
    {
        var path = new Uri(route.Request.Url).AbsolutePath.TrimStart('/');
        return path.Length == 0
            ? route.FulfillAsync(new() { ContentType = "text/html", Body = ReaderPage })
            : route.FulfillAsync(new() { ContentType = path.EndsWith(".wasm", StringComparison.Ordinal) ? "application/wasm" : "text/javascript", Path = Path.Combine(modules, path) });
    }
}
