using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Amazon.Runtime;
using Amazon.S3;

namespace PromptCanvas.Tests.Shared;

/// <summary>A real S3 server of a test (OpenStack Swift), which the test can kill and start again with its data.</summary>
public sealed class S3Server : IAsyncDisposable
{
    public const string Key = "test:tester";
    public const string Secret = "testing";

    private const string Program = "/usr/bin/swift-proxy-server";
    private const string Missing =
        "No S3 server is installed here (Debian: apt-get install swift-proxy swift-account swift-container swift-object); the tests of the shared store are skipped.";

    // Debian's own: another python3 earlier in PATH does not see Swift.
    private const string Python = "/usr/bin/python3";

    // The account, container and object servers listen on the ports after the first.
    private const int Ports = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly string folder = Directory.CreateTempSubdirectory("s3-").FullName;
    private Process? process;

    public int Port { get; } = FreePorts();

    /// <summary>The address for the setting <c>Storage:Endpoint</c>.</summary>
    public string Address => string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{Port}");

    /// <summary>Starts a server; skips the test if none is installed.</summary>
    public static async Task<S3Server> StartAsync()
    {
        var server = new S3Server();
        await server.ResumeAsync();
        return server;
    }

    /// <summary>Whether the process runs.</summary>
    public bool IsRunning => process is { HasExited: false };

    /// <summary>Starts the server, or starts it again with the data that it had.</summary>
    public async Task ResumeAsync()
    {
        Assert.SkipUnless(File.Exists(Program) && File.Exists(Python), Missing);
        process = Process.Start(new ProcessStartInfo(Python, [Path.Combine(AppContext.BaseDirectory, "swift-one.py"), folder, Port.ToString(CultureInfo.InvariantCulture)])
        {
            RedirectStandardOutput = true,
        })!;
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Patience);
        while (await process.StandardOutput.ReadLineAsync(patience.Token) is var line && line != "ready")
        {
            Assert.SkipWhen(line is null, "The S3 server did not start: its folder needs a file system with extended attributes.");
        }
    }

    /// <summary>Creates a bucket; it may exist.</summary>
    public async Task CreateAsync(string bucket)
    {
        using var client = Client();
        try
        {
            await client.PutBucketAsync(bucket, TestContext.Current.CancellationToken);
        }
        catch (AmazonS3Exception fault) when (fault.ErrorCode == "BucketAlreadyOwnedByYou")
        {
            // From an earlier test.
        }
    }

    /// <summary>The names of a bucket's objects, at most a thousand.</summary>
    public async Task<IReadOnlyList<string>> NamesAsync(string bucket)
    {
        using var client = Client();
        var found = await client.ListObjectsAsync(bucket, TestContext.Current.CancellationToken);
        return [.. (found.S3Objects ?? []).Select(stored => stored.Key)];
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

    public async ValueTask DisposeAsync()
    {
        await KillAsync();
        process?.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private AmazonS3Client Client() =>
        new(new BasicAWSCredentials(Key, Secret), new AmazonS3Config { ServiceURL = Address, ForcePathStyle = true, AuthenticationRegion = "us-east-1" });

    private static int FreePorts()
    {
        for (; ; )
        {
            using var first = new TcpListener(IPAddress.Loopback, 0);
            first.Start();
            var port = ((IPEndPoint)first.LocalEndpoint).Port;
            if (Enumerable.Range(port + 1, Ports - 1).All(IsFree))
            {
                return port;
            }
        }
    }

    private static bool IsFree(int port)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, port);
            listener.Start();
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}
