using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Hosting;

/// <summary>The real program as a process: its message when it cannot start.</summary>
public sealed class StartupFaultTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-start-").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Fact]
    public async Task Port_InUse_IsOneSentenceAndExitCode1()
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port;

        var (code, errors) = await StartAsync($"--urls=http://127.0.0.1:{port}", $"--Data:Folder={folder}");

        AssertOneSentence(code, errors, $"{port}");
    }

    [Fact]
    public async Task DataFolder_ThatCannotBeWritten_IsOneSentenceAndExitCode1()
    {
        var file = Path.Combine(folder, "a-file");
        await File.WriteAllTextAsync(file, "", TestContext.Current.CancellationToken);

        var (code, errors) = await StartAsync("--urls=http://127.0.0.1:0", $"--Data:Folder={file}");

        AssertOneSentence(code, errors, file);
    }

    [Fact]
    public async Task DataFolder_OfARunningStudio_IsOneSentenceAndExitCode1()
    {
        await using var first = new Studio(folder);
        first.CreateClient();

        var (code, errors) = await StartAsync("--urls=http://127.0.0.1:0", $"--Data:Folder={folder}");

        AssertOneSentence(code, errors, folder);
    }

    [Fact]
    public async Task Setting_OutOfRange_IsOneSentenceAndExitCode1()
    {
        var (code, errors) = await StartAsync("--urls=http://127.0.0.1:0", $"--Data:Folder={folder}", "--Generation:ConcurrentJobs=0");

        AssertOneSentence(code, errors, "ConcurrentJobs");
    }

    [Theory]
    [InlineData("Storage:Provider", "Nowhere", "Setting Storage:Provider takes Files or S3, not \"Nowhere\".")]
    [InlineData("Studio:Roles", "Wrong", "Setting Studio:Roles takes Web or Worker, not \"Wrong\".")]
    [InlineData("Storage:CopiesMegabytes", "many", "Setting Storage:CopiesMegabytes takes a number, not \"many\".")]
    [InlineData("Generation:Lease", "soon", "Setting Generation:Lease takes a time such as 00:00:30, not \"soon\".")]
    [InlineData("Storage:Provider", "S3", "Setting Storage:S3:Bucket is empty; give the bucket for the studio's pictures.")]
    public async Task Start_SettingThatCannotBeRead_IsRefusedInOneSentence(string setting, string value, string sentence)
    {
        var (code, errors) = await StartAsync("--urls=http://127.0.0.1:0", $"--Data:Folder={folder}", $"--{setting}={value}");

        Assert.NotEqual(0, code);
        Assert.Contains(sentence, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Database_OfANewerVersion_IsOneSentenceAndExitCode1()
    {
        await using (var newer = new Studio(folder))
        {
            await newer.ChangeSchemaAsync();
        }

        var (code, errors) = await StartAsync("--urls=http://127.0.0.1:0", $"--Data:Folder={folder}");

        AssertOneSentence(code, errors, "newer version");
    }

    private static void AssertOneSentence(int code, string errors, string mentioned)
    {
        Assert.Equal(1, code);
        Assert.Single(errors.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        Assert.Contains(mentioned, errors, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", errors, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Errors)> StartAsync(params string[] arguments)
    {
        // The program is next to the tests' own output, in its project's folder.
        var program = Path.Combine(
            Directory.GetParent(AppContext.BaseDirectory.TrimEnd('/'))!.Parent!.FullName,
            "PromptCanvas.Web",
            Path.GetFileName(AppContext.BaseDirectory.TrimEnd('/')),
            "PromptCanvas.Web.dll");
        var start = new ProcessStartInfo("dotnet", [program, .. arguments])
        {
            WorkingDirectory = Studio.RepoRoot,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start) ?? throw new InvalidOperationException("The program did not start.");
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = await process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.DoesNotContain("   at ", await output, StringComparison.Ordinal);
        return (process.ExitCode, errors);
    }
}
