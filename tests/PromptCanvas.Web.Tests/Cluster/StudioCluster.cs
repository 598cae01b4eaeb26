using PromptCanvas.Web.Tests.Fakes;
using PromptCanvas.Web.Tests.Faults;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>Processes of the real program with the scripted engine: the web nodes a and b behind HAProxy, and workers.</summary>
internal sealed class StudioCluster : IAsyncDisposable
{
    private static readonly string[] WebNames = ["a", "b"];

    private readonly string folder;
    private readonly string key;
    private readonly Dictionary<string, string?> settings;
    private readonly Dictionary<string, StudioProcess> nodes = [];
    private readonly Dictionary<string, int> ports = [];
    private Balancer? balancer;

    /// <param name="folder">Contains a data folder for each process.</param>
    /// <param name="key">API key of the clients.</param>
    /// <param name="settings">What all processes have in common.</param>
    public StudioCluster(string folder, string key, IReadOnlyDictionary<string, string?> settings)
    {
        (this.folder, this.key) = (folder, key);
        this.settings = new(settings)
        {
            ["Generation:SharedQueue"] = "true",
            ["Generation:ConcurrentJobs"] = "1",
            ["TrustedProxies"] = "127.0.0.1",
        };
        foreach (var limit in (string[])["WritesPerMinute", "WritesPerSecond", "ReadsPerMinute"])
        {
            this.settings[$"RateLimits:{limit}"] = "100000";
        }
    }

    /// <summary>What a process gets besides, by its name; null = nothing.</summary>
    public Func<string, IReadOnlyDictionary<string, string>>? EnvironmentOf { get; init; }

    /// <summary>Whether all processes have one data folder, with an SQLite database in it.</summary>
    public bool SharesFolder { get; init; }

    public StudioProcess this[string name] => nodes[name];

    /// <summary>Where browsers connect.</summary>
    public Balancer Balancer => balancer!;

    public IReadOnlyList<StudioProcess> Webs => [.. WebNames.Select(name => nodes[name])];

    private string HoldFile => Path.Combine(folder, "hold");

    /// <summary>The two web nodes, each first once.</summary>
    public IEnumerable<(StudioProcess Web, StudioProcess Other)> Pairs => [(nodes["a"], nodes["b"]), (nodes["b"], nodes["a"])];

    /// <summary>Starts the processes at once and the balancer after them.</summary>
    public async Task StartAsync(int workers)
    {
        await Task.WhenAll([.. WebNames.Concat(Enumerable.Range(1, workers).Select(NameOf)).Select(StartAsync)]);
        balancer = await Balancer.StartAsync(StudioProcess.FreePort(), [.. Webs.Select(web => web.Address.Authority)]);
    }

    /// <summary>The name of a worker.</summary>
    /// <param name="number">From 1.</param>
    public static string NameOf(int number) => $"worker-{number}";

    /// <summary>Pictures stay at an early step from now on and show it.</summary>
    public void Hold() => File.WriteAllText(HoldFile, "");

    public void Release() => File.Delete(HoldFile);

    /// <summary>Starts a node, also one that was killed, at its earlier address.</summary>
    public async Task StartAsync(string name)
    {
        int port;
        lock (nodes)
        {
            port = ports.TryGetValue(name, out var earlier) ? earlier : ports[name] = StudioProcess.FreePort();
        }

        var own = new Dictionary<string, string?>(settings) { ["Studio:Node"] = name, ["Studio:Roles"] = WebNames.Contains(name) ? "Web" : "Worker" };
        var environment = ScriptedProgram.Environment(HoldFile).Concat(EnvironmentOf?.Invoke(name) ?? new Dictionary<string, string>()).ToDictionary();
        var started = await StudioProcess.StartAsync(SharesFolder ? folder : Path.Combine(folder, name), key, own, environment, port);
        StudioProcess? killed;
        lock (nodes)
        {
            nodes.Remove(name, out killed);
            nodes[name] = started;
        }

        if (killed is not null)
        {
            await killed.DisposeAsync();
        }
    }

    /// <summary>Kills a node, as kill -9 does.</summary>
    public Task KillAsync(string name) => nodes[name].KillAsync();

    /// <summary>A client at the balancer.</summary>
    /// <param name="node">The web node that its cookie names; null = a new one for each request.</param>
    public HttpClient Client(string? node = null)
    {
        var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Balancer.Address, DefaultRequestHeaders = { Authorization = new("Bearer", key) } };
        if (node is not null)
        {
            client.DefaultRequestHeaders.Add("Cookie", $"{Balancer.NodeCookie}={node}");
        }

        return client;
    }

    /// <summary>Waits until the balancer gives browsers to both web nodes.</summary>
    public async Task ReadyAsync()
    {
        foreach (var name in WebNames)
        {
            await Balancer.UntilAsync(name);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (balancer is not null)
        {
            await balancer.DisposeAsync();
        }

        foreach (var node in nodes.Values)
        {
            await node.DisposeAsync();
        }
    }
}
