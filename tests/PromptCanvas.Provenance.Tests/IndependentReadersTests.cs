using System.Diagnostics;
using System.Reflection;
using System.Text.Json;
using PromptCanvas.Imaging.Pixels;

namespace PromptCanvas.Provenance.Tests;

/// <summary>Our files, read by two implementations that share no code with ours; test.sh installs them if npm is available.</summary>
public sealed class IndependentReadersTests : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-c2pa-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Sign_AnyFormatAndStory_IsValidForOthers()
    {
        using var identity = Pictures.NewIdentity(TimeProvider.System.GetUtcNow());
        var made = Pictures.Story with { Title = "A picture" };
        var stories = new[]
        {
            made,
            made with { IsComposite = true, Sources = [Pictures.Source], Changes = Manifests.FileChange.Converted },
            made with { Sources = [Pictures.Source, Pictures.Source with { Id = Guid.NewGuid() }], Recipe = null },
            made with { Recipe = made.Recipe! with { Settings = new string('x', 100_000) } },
        };
        var files = new List<string>();
        foreach (var format in Enum.GetValues<PictureFormat>())
        {
            for (var index = 0; index < stories.Length; index++)
            {
                files.Add(await WriteAsync($"{format}-{index}", format, PictureSigner.Sign(Pictures.Encode(format), stories[index], identity)));
            }
        }

        var found = await ReadAsync(files);

        // c2pa-ts does not read WebP.
        Assert.Equal(files.Count + files.Count(file => !file.EndsWith(".webp", StringComparison.Ordinal)), found.Count);
        Assert.All(found, answer => Assert.True(answer.GetProperty("valid").GetBoolean(), answer.ToString()));
        Assert.All(Of(found, "c2pa-rs"), answer =>
        {
            // Nobody outside vouches for a certificate that the installation made.
            Assert.Equal(["signingCredential.untrusted"], answer.GetProperty("failures").EnumerateArray().Select(code => code.GetString()));
            Assert.Contains("trainedAlgorithmicMedia", answer.GetProperty("assertions").ToString(), StringComparison.OrdinalIgnoreCase);
        });
    }

    [Fact]
    public async Task Sign_ThenChanged_IsInvalidForOthers()
    {
        using var identity = Pictures.NewIdentity(TimeProvider.System.GetUtcNow());
        var files = new List<string>();
        foreach (var format in Enum.GetValues<PictureFormat>())
        {
            var signed = PictureSigner.Sign(Pictures.Encode(format), Pictures.Story, identity);
            var pixels = (byte[])signed.Clone();

            // Within the pixels: the manifest of a WebP lies behind them.
            pixels[format == PictureFormat.WebP ? 60 : ^40] ^= 1;
            files.Add(await WriteAsync($"pixels-{format}", format, pixels));
            signed[signed.AsSpan().IndexOf("rote Kugel"u8)] = (byte)'t';
            files.Add(await WriteAsync($"prompt-{format}", format, signed));
        }

        var found = await ReadAsync(files);

        Assert.NotEmpty(found);
        Assert.All(found, answer => Assert.False(answer.GetProperty("valid").GetBoolean(), answer.ToString()));
    }

    private static IEnumerable<JsonElement> Of(List<JsonElement> found, string reader) => found.Where(answer => answer.GetProperty("reader").GetString() == reader);

    private async Task<string> WriteAsync(string name, PictureFormat format, byte[] bytes)
    {
        var file = Path.Combine(folder, $"{name}.{format switch { PictureFormat.Jpeg => "jpg", PictureFormat.WebP => "webp", _ => "png" }}");
        await File.WriteAllBytesAsync(file, bytes, TestContext.Current.CancellationToken);
        return file;
    }

    private static async Task<List<JsonElement>> ReadAsync(IEnumerable<string> files)
    {
        var root = typeof(IndependentReadersTests).Assembly.GetCustomAttributes<AssemblyMetadataAttribute>().Single(entry => entry.Key == "RepoRoot").Value!;
        var scripts = Path.Combine(root, "tests", "clients", "c2pa");
        Assert.SkipUnless(Directory.Exists(Path.Combine(scripts, "node_modules", "@trustnxt")), $"The readers are not installed: run npm ci in {scripts}.");
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        using var node = Process.Start(new ProcessStartInfo("node", ["read.mjs", .. files])
        {
            WorkingDirectory = scripts,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var (said, complained) = (node.StandardOutput.ReadToEndAsync(patience.Token), node.StandardError.ReadToEndAsync(patience.Token));
        await node.WaitForExitAsync(patience.Token);
        Assert.True(node.ExitCode == 0, await complained);
        return [.. (await said).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonDocument.Parse(line).RootElement)];
    }
}
