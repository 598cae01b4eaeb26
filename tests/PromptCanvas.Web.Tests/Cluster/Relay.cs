using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A network between a node and a server that a test can cut: connections stay open and carry nothing, as with a pulled cable.</summary>
internal sealed class Relay : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource stop = new();
    private readonly ConcurrentBag<Task> lines = [];
    private readonly string host;
    private readonly int port;
    private readonly Task accepting;
    private TaskCompletionSource open = Opened();

    public Relay(string host, int port)
    {
        (this.host, this.port) = (host, port);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Nothing passes from now on.</summary>
    public void Cut() => Volatile.Write(ref open, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));

    /// <summary>What was held back passes, and everything after it.</summary>
    public void Mend() => Volatile.Read(ref open).TrySetResult();

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
            await Task.WhenAny(CopyAsync(near, far), CopyAsync(far, near));
        }
        catch (Exception fault) when (fault is OperationCanceledException or SocketException)
        {
            // The test is over, or the server is not there.
        }
    }

    private async Task CopyAsync(TcpClient from, TcpClient to)
    {
        var buffer = new byte[16 * 1024];
        try
        {
            while (await from.GetStream().ReadAsync(buffer, stop.Token) is > 0 and var count)
            {
                await Volatile.Read(ref open).Task.WaitAsync(stop.Token);
                await to.GetStream().WriteAsync(buffer.AsMemory(0, count), stop.Token);
            }
        }
        catch (Exception fault) when (fault is OperationCanceledException or IOException or ObjectDisposedException or InvalidOperationException)
        {
            // One side has closed the connection.
        }
    }
}
