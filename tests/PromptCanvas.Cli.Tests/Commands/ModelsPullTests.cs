using System.Diagnostics;
using PromptCanvas.Tests.Shared.ModelHub;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary><c>models pull</c> against a hub on this machine.</summary>
public sealed class ModelsPullTests : IAsyncLifetime
{
    private const string Repository = "painters/unclip-tiny";

    private readonly TemporaryFolder folder = new();
    private HubServer hub = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Models => Path.Combine(folder.Path, "models");

    private Dictionary<string, string> Settings => new() { ["Models__Folder"] = Models, ["Models__Hub"] = hub.Address.AbsoluteUri };

    public async ValueTask InitializeAsync()
    {
        hub = await HubServer.StartAsync();
        hub.AddFolder(Repository, CommandLine.UnClipTiny);
        Directory.CreateDirectory(Models);
    }

    public async ValueTask DisposeAsync()
    {
        await hub.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task Pull_OfARepository_MakesAModelThatDraws()
    {
        var pulled = await CommandLine.RunInAsync(folder.Path, Settings, "models", "pull", Repository, "--accept-licence");
        var check = await CommandLine.RunInAsync(folder.Path, Settings, "models", "check", "unclip-tiny");
        var again = await CommandLine.RunInAsync(folder.Path, Settings, "models", "pull", Repository, "--accept-licence");

        Assert.Equal((0, 0, 2), (pulled.ExitCode, check.ExitCode, again.ExitCode));
        Assert.Contains("licence: apache-2.0", pulled.Output, StringComparison.Ordinal);
        Assert.Contains("100 %", pulled.Error, StringComparison.Ordinal);
        Assert.Contains("every tensor is there", check.Output, StringComparison.Ordinal);
        Assert.Contains("exists already", again.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Pull_WithoutAcceptingTheLicence_FetchesNothing()
    {
        var pulled = await CommandLine.RunInAsync(folder.Path, Settings, "models", "pull", Repository);

        Assert.Equal(2, pulled.ExitCode);
        Assert.Contains("apache-2.0", pulled.OneLine, StringComparison.Ordinal);
        Assert.Contains("--accept-licence", pulled.OneLine, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFileSystemEntries(Models));
    }

    [Fact]
    public async Task Pull_OfAModelTooLargeForThisMachine_IsRefusedBeforeTheDownload_UnlessItIsForAnother()
    {
        // The runtime takes its heap's limit for the machine's memory: 256 MiB.
        var small = new Dictionary<string, string>(Settings) { ["DOTNET_GCHeapHardLimit"] = "10000000" };

        var refused = await CommandLine.RunInAsync(folder.Path, small, "models", "pull", Repository, "--accept-licence");
        var left = Directory.EnumerateFileSystemEntries(Models).Count();
        var large = hub.Requests.Count(request => request.Path.EndsWith(".safetensors", StringComparison.Ordinal));
        var insisted = await CommandLine.RunInAsync(folder.Path, small, "models", "pull", Repository, "--accept-licence", "--anyway");

        Assert.Equal((2, 0, 0), (refused.ExitCode, left, large));
        Assert.Contains("this machine has 0.3 GB: give it more", refused.OneLine, StringComparison.Ordinal);
        Assert.Contains("--anyway", refused.OneLine, StringComparison.Ordinal);
        Assert.Equal((0, ""), (insisted.ExitCode, insisted.ExitCode == 0 ? "" : insisted.Error));
        Assert.Contains("It cannot run on this machine", insisted.Output, StringComparison.Ordinal);
        Assert.True(File.Exists(Path.Combine(Models, "unclip-tiny", "model_index.json")));
    }

    [Fact]
    public async Task Pull_Killed_GoesOnWithWhatWasThere()
    {
        var stores = 0;
        var reached = new TaskCompletionSource();
        Func<string, Task> everyStoreWaits = async _ =>
        {
            // The first large file arrives; the others hang until the process is gone.
            if (Interlocked.Increment(ref stores) > 1)
            {
                reached.TrySetResult();
                await Task.Delay(Timeout.Infinite, Cancellation);
            }
        };
        hub.Gate = everyStoreWaits;
        using (var process = Process.Start(CommandLine.StartOf(folder.Path, Settings, "models", "pull", Repository, "--accept-licence"))!)
        {
            await reached.Task.WaitAsync(Cancellation);
            process.Kill();
            await process.WaitForExitAsync(Cancellation);
        }

        hub.Gate = _ => Task.CompletedTask;
        hub.Requests.Clear();
        var pulled = await CommandLine.RunInAsync(folder.Path, Settings, "models", "pull", Repository, "--accept-licence");

        Assert.Equal((0, ""), (pulled.ExitCode, pulled.ExitCode == 0 ? "" : pulled.Error));
        Assert.DoesNotContain(hub.Requests, request => request.Path.StartsWith("/api/models/", StringComparison.Ordinal));
        Assert.DoesNotContain(hub.Requests, request => request.Path.EndsWith("model_index.json", StringComparison.Ordinal));
        Assert.Equal(["unclip-tiny"], Directory.EnumerateFileSystemEntries(Models).Select(Path.GetFileName));
    }

    [Fact]
    public async Task Pull_OfAModelTheEngineCannotUse_SaysWhichPart()
    {
        hub.Add(Repository, "prior/config.json", "{ \"_class_name\": \"PriorTransformer\", \"embedding_dim\": 7 }");

        var pulled = await CommandLine.RunInAsync(folder.Path, Settings, "models", "pull", Repository, "--accept-licence");

        Assert.Equal(2, pulled.ExitCode);
        Assert.Contains("is complete, but this engine cannot use it", pulled.Error, StringComparison.Ordinal);
        Assert.Contains("prior", pulled.Error, StringComparison.Ordinal);
        Assert.False(Directory.Exists(Path.Combine(Models, "unclip-tiny")));
    }

    [Theory]
    [InlineData("dalle", "OWNER/REPO")]
    [InlineData("painters/unknown", "no such repository")]
    public async Task Pull_OfWhatIsNotThere_SaysWhatToDo(string name, string words)
    {
        var pulled = await CommandLine.RunInAsync(folder.Path, Settings, "models", "pull", name, "--accept-licence");

        Assert.Equal(2, pulled.ExitCode);
        Assert.Contains(words, pulled.OneLine, StringComparison.Ordinal);
    }
}
