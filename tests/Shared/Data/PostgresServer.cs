using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Npgsql;

[assembly: AssemblyFixture(typeof(PromptCanvas.Tests.Shared.PostgresServer))]

namespace PromptCanvas.Tests.Shared;

/// <summary>A PostgreSQL server for the tests, started on first use if PostgreSQL is installed.</summary>
public sealed class PostgresServer : IAsyncLifetime
{
    private const string Missing = "PostgreSQL is not installed here (Debian: apt-get install postgresql); its half of the queue's tests is skipped.";
    private const string User = "postgres";

    private static readonly SemaphoreSlim Starting = new(1, 1);

    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("promptcanvas-pg-");
    private string? connection;
    private int databases;

    public static bool IsInstalled => Programs() is not null;

    public string Data => Path.Combine(folder.FullName, "data");

    public ValueTask InitializeAsync() => ValueTask.CompletedTask;

    /// <summary>Creates an empty database; skips the test if there is no server.</summary>
    public async Task<string> NewDatabaseAsync()
    {
        var name = $"test{Interlocked.Increment(ref databases)}";
        await using var server = new NpgsqlConnection(await StartAsync());
        await server.OpenAsync();
        await using var command = server.CreateCommand();
        command.CommandText = $"CREATE DATABASE {name}";
        await command.ExecuteNonQueryAsync();
        return new NpgsqlConnectionStringBuilder(connection) { Database = name }.ConnectionString;
    }

    /// <summary>The schema of a database of this server in SQL, as pg_dump writes it, without its comments.</summary>
    public IReadOnlyList<string> DumpSchema(string database)
    {
        var settings = new NpgsqlConnectionStringBuilder(database);
        var file = Path.Combine(folder.FullName, $"{settings.Database}.sql");
        Run(
            Path.Combine(Programs()!, "pg_dump"), "--schema-only", "--no-owner", "-h", settings.Host!, "-p", settings.Port.ToString(CultureInfo.InvariantCulture),
            "-U", User, "-f", file, settings.Database!);

        // A newer pg_dump adds a random key in a line with a backslash.
        return [.. File.ReadLines(file).Where(line => line.Length > 0 && !line.StartsWith("--", StringComparison.Ordinal) && line[0] != '\\')];
    }

    // Runs without fsync: the tests cover our SQL and the order of writes, not power cuts.

    /// <summary>Restarts the server immediately, aborting all connections.</summary>
    public void Restart() => Control("restart", "-m", "immediate", "-w");

    /// <summary>Stops the server immediately, aborting all connections.</summary>
    public void Stop() => Control("stop", "-m", "immediate", "-w");

    /// <summary>Starts the stopped server on the same port.</summary>
    public void Resume() => Control("start", "-l", Path.Combine(folder.FullName, "log"), "-w");

    public async ValueTask DisposeAsync()
    {
        if (connection is not null)
        {
            NpgsqlConnection.ClearAllPools();
            Control("stop", "-m", "immediate", "-w");
        }

        // The files belong to the server's user, but the folder belongs to us.
        Run("rm", "-rf", folder.FullName);
        await Task.CompletedTask;
    }

    private static string? Programs() =>
        Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Order().LastOrDefault() is { } version && File.Exists(Path.Combine(version, "bin", "initdb"))
                ? Path.Combine(version, "bin")
                : null
            : null;

    private async Task<string> StartAsync()
    {
        if (Programs() is not { } programs)
        {
            Assert.Skip(Missing);
            return "";
        }

        await Starting.WaitAsync();
        try
        {
            return connection ??= Start(programs);
        }
        finally
        {
            Starting.Release();
        }
    }

    private string Start(string programs)
    {
        // The server refuses to run as root.
        if (Environment.UserName == "root")
        {
            Run("chown", $"{User}:", folder.FullName);
        }

        AsServerUser(Path.Combine(programs, "initdb"), "-D", Data, "-U", User, "-A", "trust", "-N", "--no-locale", "-E", "UTF8");
        var port = FreePort();
        File.WriteAllText(
            Path.Combine(folder.FullName, "start.conf"),
            string.Create(CultureInfo.InvariantCulture, $"port = {port}\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = ''\nmax_connections = 1000\nfsync = off\n"));
        Run("sh", "-c", $"cat '{folder.FullName}/start.conf' >> '{Data}/postgresql.conf'");
        Control("start", "-l", Path.Combine(folder.FullName, "log"), "-w");

        // Each test has a database, so a pool of its own: were its connections kept for the usual 300 seconds, those of all tests of five minutes would add up.
        return $"Host=127.0.0.1;Port={port};Username={User};Database=postgres;Maximum Pool Size=50;Connection Idle Lifetime=5;Connection Pruning Interval=1";
    }

    private void Control(params string[] arguments) => AsServerUser([Path.Combine(Programs()!, "pg_ctl"), "-D", Data, .. arguments]);

    private static void AsServerUser(params string[] command) =>
        Run(Environment.UserName == "root" ? ["runuser", "-u", User, "--", .. command] : command);

    private static void Run(params string[] command)
    {
        // Redirect to a file: the started server would keep its parent's pipe open.
        using var process = Process.Start(new ProcessStartInfo("sh", ["-c", "exec \"$@\" > /dev/null 2>&1", "sh", .. command]))!;
        process.WaitForExit();
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"{string.Join(' ', command)} ended with {process.ExitCode}.");
        }
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
