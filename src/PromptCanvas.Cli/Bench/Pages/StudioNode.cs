using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using PromptCanvas.Cli.Options;

namespace PromptCanvas.Cli.Bench.Pages;

/// <summary>The program itself as a process: a node of a studio on the database and the Redis of the settings.</summary>
internal sealed partial class StudioNode : IAsyncDisposable
{
    public const string Email = "bench@example.com";
    private const string Password = "three plain words of a bench";
    private const string Program = "PromptCanvas.Web.dll";

    // The limits of a single person and address are not what is measured.
    private const string NoLimit = "100000";

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process process;

    private StudioNode(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts a node, and waits until it is ready.</summary>
    /// <param name="folder">The data folder that all nodes share.</param>
    /// <param name="role">Web or Worker.</param>
    /// <param name="name">Its name among the nodes.</param>
    public static async Task<StudioNode> StartAsync(string folder, string role, string name, CancellationToken cancellationToken)
    {
        var address = new Uri($"http://127.0.0.1:{FreePort().ToString(CultureInfo.InvariantCulture)}/");
        var start = new ProcessStartInfo("dotnet", [FindProgram()]) { RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in SettingsOf(folder, role, name, address))
        {
            start.Environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;
        }

        var node = new StudioNode(Process.Start(start)!, address);
        node.process.BeginOutputReadLine();
        node.process.BeginErrorReadLine();
        try
        {
            await node.WaitAsync(cancellationToken).ConfigureAwait(false);
            return node;
        }
        catch
        {
            await node.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    private async Task WaitAsync(CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        using var client = new HttpClient { BaseAddress = Address };
        while (!await IsReadyAsync(client, patience.Token).ConfigureAwait(false))
        {
            if (process.HasExited)
            {
                throw new InvalidOperationException("A node of the benchmark ended at its start.");
            }

            await Task.Delay(TimeSpan.FromMilliseconds(100), patience.Token).ConfigureAwait(false);
        }
    }

    /// <summary>Signs the benchmark's person in, as the sign-in page does.</summary>
    /// <returns>The cookies of the session, which all nodes accept.</returns>
    public async Task<CookieContainer> SignInAsync(CancellationToken cancellationToken)
    {
        var cookies = new CookieContainer();
        using var handler = new SocketsHttpHandler { CookieContainer = cookies, AllowAutoRedirect = false };
        using var browser = new HttpClient(handler) { BaseAddress = Address };
        var page = await browser.GetStringAsync(new Uri("sign-in", UriKind.Relative), cancellationToken).ConfigureAwait(false);
        using var form = new FormUrlEncodedContent(new Dictionary<string, string>
        {
            ["_handler"] = "sign-in",
            ["__RequestVerificationToken"] = WebUtility.HtmlDecode(Token().Match(page).Groups[1].Value),
            ["Form.Email"] = Email,
            ["Form.Password"] = Password,
        });
        using var answer = await browser.PostAsync(new Uri("sign-in", UriKind.Relative), form, cancellationToken).ConfigureAwait(false);
        return answer.StatusCode == HttpStatusCode.Found ? cookies : throw new InvalidOperationException($"The benchmark could not sign in: {answer.StatusCode}.");
    }

    /// <summary>Asks the process to stop (SIGTERM).</summary>
    /// <returns>The time until it has ended.</returns>
    public async Task<TimeSpan> StopAsync(CancellationToken cancellationToken)
    {
        var began = Stopwatch.GetTimestamp();
        using var kill = Process.Start("kill", ["-TERM", process.Id.ToString(CultureInfo.InvariantCulture)]);
        await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
        return Stopwatch.GetElapsedTime(began);
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync().ConfigureAwait(false);
        }

        process.Dispose();
    }

    private static Dictionary<string, string> SettingsOf(string folder, string role, string name, Uri address) => new()
    {
        ["Urls"] = address.ToString(),
        ["Data:Folder"] = folder,
        ["Studio:Roles"] = role,
        ["Studio:Node"] = name,
        ["Generation:SharedQueue"] = "true",
        ["PROMPTCANVAS_ADMIN_EMAIL"] = Email,
        ["PROMPTCANVAS_ADMIN_PASSWORD"] = Password,
        ["Lines:PerPerson"] = NoLimit,
        ["Lines:PerAddress"] = NoLimit,
        ["Lines:StreamsPerPerson"] = NoLimit,
        ["Lines:StreamsPerAddress"] = NoLimit,
        ["RateLimits:ReadsPerMinute"] = NoLimit,
        ["Logging:LogLevel:Default"] = "Error",
    };

    // In the image the command line is in a folder of the program; from source each project has its own.
    private static string FindProgram()
    {
        var here = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        string[] places =
        [
            Path.Combine(here.Parent!.FullName, Program),
            Path.Combine(here.Parent!.Parent!.FullName, "PromptCanvas.Web", here.Name, Program),
        ];
        return Array.Find(places, File.Exists) ?? throw new BadInputException($"The benchmark starts the studio's program and did not find it: {string.Join(", ", places)}.");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static async Task<bool> IsReadyAsync(HttpClient client, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync(new Uri("health/ready", UriKind.Relative), cancellationToken).ConfigureAwait(false);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    [GeneratedRegex("""name="__RequestVerificationToken" value="([^"]+)""")]
    private static partial Regex Token();
}
