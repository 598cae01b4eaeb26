using System.Diagnostics;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>HAProxy with the file of <c>deploy/</c> in front of two nodes.</summary>
internal sealed class Balancer : IAsyncDisposable
{
    /// <summary>Names the node of a browser.</summary>
    public const string NodeCookie = "studio-node";

    private const string HaProxy = "/usr/sbin/haproxy";

    private readonly Process process;

    private Balancer(Process process, Uri address) => (this.process, Address) = (process, address);

    public Uri Address { get; }

    /// <summary>Starts it; skips the test without HAProxy.</summary>
    /// <param name="port">Where it listens.</param>
    /// <param name="nodes">The addresses of the two nodes, host and port.</param>
    public static async Task<Balancer> StartAsync(int port, string[] nodes)
    {
        Assert.SkipUnless(File.Exists(HaProxy), "HAProxy is not installed (Debian: apt-get install haproxy).");
        var address = new Uri($"http://127.0.0.1:{port}/");
        var process = Process.Start(new ProcessStartInfo(HaProxy, ["-db", "-f", Path.Combine(Studio.RepoRoot, "deploy", "haproxy", "haproxy.cfg")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            Environment = { ["STUDIO_BIND"] = address.Authority, ["NODE_A"] = nodes[0], ["NODE_B"] = nodes[1] },
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        var balancer = new Balancer(process, address);
        await balancer.UntilAsync("a");
        await balancer.UntilAsync("b");
        return balancer;
    }

    /// <summary>Waits until the balancer gives a new browser to this node.</summary>
    public async Task UntilAsync(string node)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = Address };
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!await IsGivenAsync(client, node, patience.Token))
        {
            Assert.False(process.HasExited, "HAProxy has ended.");
            await Task.Delay(50, patience.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }

        process.Dispose();
    }

    private static async Task<bool> IsGivenAsync(HttpClient client, string node, CancellationToken cancellationToken)
    {
        try
        {
            using var answer = await client.GetAsync("health/live", cancellationToken);
            return answer.Headers.TryGetValues("Set-Cookie", out var cookies) && cookies.Any(cookie => cookie.StartsWith($"{NodeCookie}={node};", StringComparison.Ordinal));
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
