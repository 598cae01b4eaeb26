using System.Diagnostics;

using NetVips;

using PromptCanvas.Data.People;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Journeys;

/// <summary>The official Node client against a studio on a real port; test.sh installs the client if npm is available.</summary>
public sealed class OfficialNodeClientTests(ScriptedStudio studio) : IClassFixture<ScriptedStudio>, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-node-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Client_AllItsImageCalls_WorkUnchanged()
    {
        var scripts = Path.Combine(RealStudio.RepoRoot, "tests", "clients", "openai-node");
        Assert.SkipUnless(Directory.Exists(Path.Combine(scripts, "node_modules", "openai")), $"The client is not installed: run npm ci in {scripts}.");
        await WritePicturesAsync();
        var somebody = await studio.PersonAsync("node@example.com", PersonRoles.Member);
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var node = Process.Start(new ProcessStartInfo("node", ["client.mjs", $"{studio.Address}", somebody.Key, folder])
        {
            WorkingDirectory = scripts,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, complained) = (node.StandardOutput.ReadToEndAsync(patience.Token), node.StandardError.ReadToEndAsync(patience.Token));
        await node.WaitForExitAsync(patience.Token);

        Assert.True(node.ExitCode == 0, await complained);
        Assert.Equal("ok", (await said).Trim());
    }

    private async Task WritePicturesAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(folder, "image.png"), TestPictures.Png(64, 64), TestContext.Current.CancellationToken);
        using var opaque = Image.NewFromBuffer(TestPictures.Png(64, 64));
        using var mask = Image.NewFromBuffer(TestPictures.Mask(64, 64));
        using var alpha = mask[0];
        using var both = opaque.Bandjoin(alpha);
        await File.WriteAllBytesAsync(Path.Combine(folder, "mask.png"), both.PngsaveBuffer(), TestContext.Current.CancellationToken);
    }
}
