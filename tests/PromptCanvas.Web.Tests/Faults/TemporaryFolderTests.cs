using System.Net;
using System.Security.Cryptography;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Faults;

/// <summary>A machine without a folder for temporary files: a container with a read-only root, for example.</summary>
public sealed class TemporaryFolderTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-no-tmp-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Theory]
    [InlineData("/sys")]
    [InlineData("/no-such-folder")]
    public async Task Studio_WithoutOne_TakesUploadsOfAnySize(string temporary)
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The variable TMPDIR is of Unix.");
        string key;
        await using (var studio = new Studio(folder))
        {
            key = studio.Administrator.Key;
        }

        await using var process = await StudioProcess.StartAsync(folder, key, new Dictionary<string, string?>(), new Dictionary<string, string> { ["TMPDIR"] = temporary, ["ASPNETCORE_TEMP"] = "" });
        using var client = process.Client();

        // Noise cannot be compressed: larger than what forms keep in memory.
        var png = PngEncoder.Encode(new RgbImage(300, 300, RandomNumberGenerator.GetBytes(300 * 300 * RgbImage.Channels)));
        using var form = new MultipartFormDataContent { { new ByteArrayContent(png), "file", "noise.png" } };
        using var response = await client.PostAsync("/api/uploads", form, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
    }
}
