using NetVips;
using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Features.OpenAi;

/// <summary>The AI SDK, LangChain.js, and the official client and conformance suite of the Model Context Protocol against a studio on a real port; test.sh installs them if npm is available.</summary>
public sealed class OtherClientsTests : IAsyncLifetime
{
    private static readonly string Scripts = Path.Combine(Studio.RepoRoot, "tests", "clients", "others");

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-clients-").FullName;
    private readonly Studio studio = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        using var photo = Image.NewFromBuffer(TestPictures.Png(120, 80));
        using var picture = Image.NewFromBuffer(TestPictures.Png(64, 64));
        using var levels = Image.NewFromBuffer(TestPictures.Mask(64, 64));
        using var mask = picture.Bandjoin(levels[0]);
        await File.WriteAllBytesAsync(Path.Combine(folder, "photo.jpg"), photo.JpegsaveBuffer(q: 90), Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "image.png"), TestPictures.Png(64, 64), Cancellation);
        await File.WriteAllBytesAsync(Path.Combine(folder, "mask.png"), mask.PngsaveBuffer(), Cancellation);
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("ai-sdk.mjs", "ai")]
    [InlineData("langchain.mjs", "@langchain/openai")]
    [InlineData("mcp.mjs", "@modelcontextprotocol/sdk")]
    [InlineData("conformance.mjs", "@modelcontextprotocol/conformance")]
    public async Task Client_WorksUnchanged(string script, string package)
    {
        Assert.SkipUnless(Directory.Exists(Path.Combine(Scripts, "node_modules", package)), $"The client is not installed: run npm ci in {Scripts}.");
        studio.Engine.StepTime = TimeSpan.FromMilliseconds(2);
        studio.Engine.Clip = _ => [1, 0, 0, 0];
        studio.Engine.Captions = ["a red cube"];

        // The suite also asks whether foreign host names are refused.
        studio.Settings["AllowedHosts"] = "localhost;127.0.0.1";
        studio.UseKestrel(0);
        studio.StartServer();
        var somebody = await studio.PersonAsync("clients@example.com", PersonRoles.Member);

        Assert.Equal("ok", (await Programs.RunAsync("node", [script, $"{studio.ClientOptions.BaseAddress}", somebody.Key, folder], Scripts)).Trim());
    }
}
