using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Faults;

/// <summary>The real program with the shipped model, as a process that tests kill.</summary>
internal sealed class StudioProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    private readonly Process process;
    private readonly ConcurrentQueue<string?> lines = [];
    private bool isDisposed;

    private StudioProcess(Process process, Uri address, string key)
    {
        (this.process, Address, Key) = (process, address, key);
        process.OutputDataReceived += (_, line) => lines.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => lines.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public Uri Address { get; }

    /// <summary>API key of its clients.</summary>
    public string Key { get; }

    public bool HasExited => process.HasExited;

    /// <summary>What the process has written.</summary>
    public string Output => string.Join('\n', lines);

    /// <summary>Physical memory in bytes.</summary>
    public long Memory
    {
        get
        {
            process.Refresh();
            return process.WorkingSet64;
        }
    }

    public static string Starter { get; } = Path.Combine(Studio.RepoRoot, "models", "starter");

    /// <summary>Starts the process and waits until it answers.</summary>
    /// <param name="key">API key that <see cref="Client()"/> uses.</param>
    /// <param name="port">Where it listens; null for any free port.</param>
    public static async Task<StudioProcess> StartAsync(
        string dataFolder, string key, IReadOnlyDictionary<string, string?> settings, IReadOnlyDictionary<string, string>? environment = null, int? port = null)
    {
        // The program is next to the tests' own output, in its project's folder.
        var output = AppContext.BaseDirectory.TrimEnd('/');
        var program = Path.Combine(Directory.GetParent(output)!.Parent!.FullName, "PromptCanvas.Web", Path.GetFileName(output), "PromptCanvas.Web.dll");
        var address = new Uri($"http://127.0.0.1:{port ?? FreePort()}/");
        var start = new ProcessStartInfo("dotnet", [program, $"--urls={address}", $"--Data:Folder={dataFolder}", "--Data:ReserveMegabytes=0", .. settings.Select(setting => $"--{setting.Key}={setting.Value}")])
        {
            WorkingDirectory = Studio.RepoRoot,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var studio = new StudioProcess(Process.Start(start)!, address, key);
        using var client = studio.Client();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        var answers = false;
        try
        {
            while (!(answers = await AnswersAsync(client, patience.Token)))
            {
                Assert.False(studio.process.HasExited, $"The program exited at startup:\n{studio.Output}");
                await Task.Delay(50, patience.Token);
            }
        }
        finally
        {
            // Nobody else ends a process that did not start.
            if (!answers)
            {
                await studio.DisposeAsync();
            }
        }

        return studio;
    }

    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    public HttpClient Client() => Client(Key);

    /// <summary>A client with another person's key.</summary>
    public HttpClient Client(string? ofPerson)
    {
        var client = new HttpClient { BaseAddress = Address };
        client.DefaultRequestHeaders.Authorization = ofPerson is null ? null : new("Bearer", ofPerson);
        return client;
    }

    /// <summary>Whether the process has mapped a file whose name contains this text.</summary>
    public bool HasMapped(string name) => File.ReadLines($"/proc/{process.Id}/maps").Any(line => line.Contains(name, StringComparison.Ordinal));

    /// <summary>Asks the process to end (SIGTERM).</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{process.Id}"]);
        kill.WaitForExit();
    }

    /// <summary>Waits for the process to end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> ExitAsync()
    {
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(Patience, TestContext.Current.CancellationToken);
        return process.ExitCode;
    }

    /// <summary>Kills the process, as kill -9 does.</summary>
    public async Task KillAsync()
    {
        process.Kill();
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    public async ValueTask DisposeAsync()
    {
        // A test that fails between two processes disposes of the first one twice, and must still reach the others.
        if (isDisposed)
        {
            return;
        }

        isDisposed = true;
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static async Task<bool> AnswersAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync("/health/ready", cancellationToken);
            return answer.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
