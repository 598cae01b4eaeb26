using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PromptCanvas.Tests.Shared;

/// <summary>A network between a node and a server that a test can cut: connections stay open and carry nothing, as with a pulled cable. It can also break
/// connections in the middle of what a node sends.</summary>
public sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> lines = [];
    private readonly string host;
    private readonly int port;
    private readonly Task accepting;
    private TaskCompletionSource open = Opened();
    private Break? breaking;
    private int broken;

    public Relay(string host, int port)
    {
        (this.host, this.port) = (host, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Nothing passes from now on.</summary>
    public void Cut() => Volatile.Write(ref open, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>Connections that were broken.</summary>
    public int Broken => Volatile.Read(ref broken);

    /// <summary>Every connection breaks when the node has sent this many bytes over it.</summary>
    /// <param name="before">What happens at that moment; null = nothing.</param>
    public void BreakAfter(long bytes, Func<Task>? before = null) => Volatile.Write(ref breaking, new Break(bytes, before));

    /// <summary>What was held back passes, and everything after it.</summary>
    public void Mend()
    {
        Volatile.Write(ref breaking, null);
        Volatile.Read(ref open).TrySetResult();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        listener.Dispose();
        await accepting;
        await Task.WhenAll(lines);
        stop.Dispose();
    }

    private static TaskCompletionSource Opened()
    {
        var source = new TaskCompletionSource();
        source.SetResult();
        return source;
    }

    private async Task AcceptAsync()
    {
        try
        {
            while (true)
            {
                lines.Add(CarryAsync(await listener.AcceptTcpClientAsync(stop.Token)));
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or ObjectDisposedException or SocketException)
        {
            // The test is over.
        }
    }

    private async Task CarryAsync(TcpClient client)
    {
        using var near = client;
        using var far = new TcpClient();
        try
        {
            await far.ConnectAsync(host, port, stop.Token);
            await Task.WhenAny(CopyAsync(near, far, isSent: true), CopyAsync(far, near, isSent: false));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            // The test is over, or the server is not there.
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to, bool isSent)
    {
        var sent = 0L;
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, stop.Token) is > 0 and var count)
            {
                await Volatile.Read(ref open).Task.WaitAsync(stop.Token);
                var passing = isSent && Volatile.Read(ref breaking) is { } limit ? (int)Math.Clamp(limit.Bytes - sent, 0, count) : count;
                await to.GetStream().WriteAsync(buffer.AsMemory(0, passing), stop.Token);
                sent += passing;
                if (passing < count)
                {
                    await BreakAsync();
                    return;
                }
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has closed the connection.
        }
    }

    private async Task BreakAsync()
    {
        if (Volatile.Read(ref breaking)?.Before is { } before)
        {
            await before();
        }

        Interlocked.Increment(ref broken);
    }

    private sealed record Break(long Bytes, Func<Task>? Before);
}
