using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace PromptCanvas.Tests.Shared;

/// <summary>A real Redis server of a test, without files, which the test can stop, freeze and start again on the same port.</summary>
public sealed class RedisServer : IAsyncDisposable
{
    private const string Missing = "Redis is not installed here (Debian: apt-get install redis-server); the tests of several nodes are skipped.";

    // Valkey is Redis under another name.
    private static readonly string[] Programs = ["/usr/bin/redis-server", "/usr/bin/valkey-server"];
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly int port = FreePort();
    private Process? process;

    /// <summary>The address for the setting <c>Cluster:Redis</c>.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{port}");

    /// <summary>Starts a server; skips the test if Redis is not installed.</summary>
    public static async Task<RedisServer> StartAsync()
    {
        var server = new RedisServer();
        await server.ResumeAsync();
        return server;
    }

    /// <summary>An address where no server is yet; skips the test if Redis is not installed.</summary>
    public static RedisServer NotStarted()
    {
        Assert.SkipWhen(Program() is null, Missing);
        return new RedisServer();
    }

    /// <summary>Starts the server, or starts it again. It is empty then.</summary>
    public async Task ResumeAsync()
    {
        Assert.SkipWhen(Program() is null, Missing);
        process = Process.Start(new ProcessStartInfo(
            Program()!, ["--port", port.ToString(CultureInfo.InvariantCulture), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", Path.GetTempPath()])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (!await AnswersAsync(patience.Token))
        {
            await Task.Delay(20, patience.Token);
        }
    }

    /// <summary>Kills the server, as kill -9 does.</summary>
    public async Task KillAsync()
    {
        if (process is { HasExited: false })
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>Stops or continues the server's process: its connections stay open and nothing answers.</summary>
    public void Freeze(bool isFrozen)
    {
        using var signal = Process.Start("kill", [isFrozen ? "-STOP" : "-CONT", process!.Id.ToString(CultureInfo.InvariantCulture)]);
        signal.WaitForExit();
    }

    /// <summary>Empties the server (FLUSHALL).</summary>
    public async Task FlushAsync()
    {
        using var client = new TcpClient();
        await client.ConnectAsync(IPAddress.Loopback, port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync("FLUSHALL\r\n"u8.ToArray(), TestContext.Current.CancellationToken);
        using var answer = new StreamReader(client.GetStream());
        Assert.Equal("+OK", await answer.ReadLineAsync(TestContext.Current.CancellationToken));
    }

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
    }

    private static string? Program() => Array.Find(Programs, File.Exists);

    private async Task<bool> AnswersAsync(CancellationToken cancellationToken)
    {
        using var client = new TcpClient();
        try
        {
            await client.ConnectAsync(IPAddress.Loopback, port, cancellationToken);
            await client.GetStream().WriteAsync("PING\r\n"u8.ToArray(), cancellationToken);
            return await client.GetStream().ReadAsync(new byte[1], cancellationToken) > 0;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
