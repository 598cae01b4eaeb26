using System.Security.Cryptography;
using System.Text.Json;
using PromptCanvas.Data.Settings;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Provenance;
using PromptCanvas.Provenance.Manifests;
using PromptCanvas.Provenance.Signing;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary><c>promptcanvas verify</c>, run as a user runs it.</summary>
public sealed class VerifyCommandTests : IDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly OwnCertificate own = OwnCertificate.Create("PromptCanvas", Guid.NewGuid(), TimeProvider.System.GetUtcNow());
    private readonly string file;
    private readonly byte[] signed;

    public VerifyCommandTests()
    {
        var now = TimeProvider.System.GetUtcNow();
        using var identity = SigningIdentity.Read(own.ChainPem, new string(PemEncoding.Write("PRIVATE KEY", own.Key)), now);
        var story = new PictureStory("PromptCanvas", "0.2", now) { Recipe = new PictureRecipe("generate", "starter", "a red cube", 7, "{}") };
        signed = PictureSigner.Sign(PngEncoder.Encode(new RgbImage(8, 8, new byte[8 * 8 * 3])), story, identity);
        Thumbprint = identity.Thumbprint;
        file = folder.File("signed.png");
        File.WriteAllBytes(file, signed);
    }

    private string Thumbprint { get; }

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task Verify_SignedFile_TellsItsStory()
    {
        var outcome = await CommandLine.RunInAsync(folder.Path, "verify", file);

        Assert.Equal(0, outcome.ExitCode);
        Assert.Contains("Unchanged since it was signed.", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("Prompt:    a red cube", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("c2pa.created, trainedAlgorithmicMedia, PromptCanvas 0.2", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Generate_WithACertificateOfTheEnvironment_IsSignedWithIt()
    {
        var settings = new Dictionary<string, string>
        {
            ["Provenance__CertificateFile"] = await WriteAsync("certificate.pem", own.ChainPem),
            ["Provenance__KeyFile"] = await WriteAsync("key.pem", new string(PemEncoding.Write("PRIVATE KEY", own.Key))),
        };

        var made = await CommandLine.RunInAsync(folder.Path, settings, "generate", "a red cube", "-n", "1", "--seed", "7", "--model", CommandLine.StarterTiny);

        Assert.True(made.ExitCode == 0, made.Error);
        var outcome = await CommandLine.RunInAsync(folder.Path, "verify", made.Output.Trim(), "--json");
        Assert.True(outcome.ExitCode == 0, outcome.Output);
        var manifest = JsonDocument.Parse(outcome.Output).RootElement.GetProperty("manifest");
        Assert.Equal(Thumbprint, manifest.GetProperty("signer").GetProperty("thumbprint").GetString());
        Assert.Equal(("a red cube", 7), (manifest.GetProperty("recipe").GetProperty("prompt").GetString(), manifest.GetProperty("recipe").GetProperty("seed").GetInt32()));
    }

    [Theory]
    [InlineData(null, "name the file of its private key with Provenance__KeyFile")]
    [InlineData("no key", "Pictures cannot be signed with")]
    public async Task Generate_WithACertificateThatCannotSign_IsRefusedBeforeAnyWork(string? key, string reason)
    {
        var settings = new Dictionary<string, string> { ["Provenance__CertificateFile"] = await WriteAsync("certificate.pem", own.ChainPem) };
        if (key is not null)
        {
            settings["Provenance__KeyFile"] = await WriteAsync("key.pem", key);
        }

        var outcome = await CommandLine.RunInAsync(folder.Path, settings, "generate", "a red cube", "--model", CommandLine.StarterTiny, "--out", folder.File("pictures"));

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(folder.File("pictures")));
    }

    [Fact]
    public async Task Verify_WithAnInstallation_TellsWhetherItIsIts()
    {
        await using var studio = await new StudioData().PrepareAsync();
        Assert.False(await IsOursAsync(studio));
        await using (var database = studio.OpenDatabase())
        {
            database.SigningKeys.Add(new SigningKey { Number = 1, Thumbprint = Thumbprint, Certificates = own.ChainPem, CreatedAt = DateTimeOffset.UnixEpoch });
            await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        Assert.True(await IsOursAsync(studio));
    }

    [Fact]
    public async Task Verify_ChangedFile_Exits1()
    {
        signed[^20] ^= 1;
        await File.WriteAllBytesAsync(file, signed, TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunInAsync(folder.Path, "verify", file);

        Assert.Equal(1, outcome.ExitCode);
        Assert.Contains("Changed since it was signed", outcome.Output, StringComparison.Ordinal);
        Assert.Contains("assertion.dataHash.mismatch", outcome.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Verify_UnsignedFile_Exits1()
    {
        await File.WriteAllBytesAsync(file, PictureSigner.Strip(signed), TestContext.Current.CancellationToken);

        var outcome = await CommandLine.RunInAsync(folder.Path, "verify", file);

        Assert.Equal(1, outcome.ExitCode);
        Assert.StartsWith("Not signed", outcome.Output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("no picture", "The file is not a PNG, JPEG or WebP.")]
    [InlineData(null, "cannot be verified")]
    public async Task Verify_NoPicture_IsRefused(string? content, string reason)
    {
        var other = folder.File("other.png");
        if (content is not null)
        {
            await File.WriteAllTextAsync(other, content, TestContext.Current.CancellationToken);
        }

        var outcome = await CommandLine.RunInAsync(folder.Path, "verify", other);

        Assert.Equal(2, outcome.ExitCode);
        Assert.Contains(reason, outcome.Error, StringComparison.Ordinal);
    }

    private async Task<bool> IsOursAsync(StudioData studio)
    {
        var outcome = await CommandLine.RunInAsync(folder.Path, "verify", file, "--json", "--data", studio.Folder.Root);
        Assert.Equal(0, outcome.ExitCode);
        return JsonDocument.Parse(outcome.Output).RootElement.GetProperty("ours").GetBoolean();
    }

    private async Task<string> WriteAsync(string name, string content)
    {
        var path = folder.File(name);
        await File.WriteAllTextAsync(path, content, TestContext.Current.CancellationToken);
        return path;
    }
}
