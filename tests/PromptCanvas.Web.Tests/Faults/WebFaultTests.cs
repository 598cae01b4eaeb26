using System.Diagnostics;
using System.Net;

using Microsoft.AspNetCore.Components.Server;
using Microsoft.AspNetCore.SignalR.Client;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

using PromptCanvas.Data;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Web.Features.Previews;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Faults;

/// <summary>Faults as seen from a browser or an API client: rows 3, 7, 8 and 14 of the fault catalogue.</summary>
public sealed class WebFaultTests(PostgresServer server) : IDisposable
{
    // The design requires 5 s; this allows for a machine that builds and trains at the same time.
    private static readonly TimeSpan FirstFrame = TimeSpan.FromSeconds(20);

    private readonly string folder = Directory.CreateTempSubdirectory("promptcanvas-faults-").FullName;

    public static TheoryData<DatabaseProvider> Both => [DatabaseProvider.Sqlite, DatabaseProvider.PostgreSql];

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Kill_WhileItShowsPreviews_TheJobGoesOnAndIsWatchedAgain(DatabaseProvider provider)
    {
        Assert.SkipUnless(Directory.Exists(StudioProcess.Starter), "This checkout has no models/starter yet.");
        var settings = await SettingsAsync(provider);
        string key;
        await using (var studio = Open(settings))
        {
            key = studio.Administrator.Key;
        }

        Guid job;
        await using (var first = await StudioProcess.StartAsync(folder, key, settings))
        {
            using var client = first.Client();
            job = await client.StartJobAsync(count: 8, size: 256);
            await using var browser = await first.WatchAsync();
            await FrameAsync(browser, job);
            await first.KillAsync();
        }

        await using (var second = await StudioProcess.StartAsync(folder, key, settings))
        {
            var back = Stopwatch.GetTimestamp();
            using var client = second.Client();
            Assert.Contains(job, (await (await client.GetAsync("/api/jobs", Cancellation)).ReadJsonAsync()).EnumerateArray().Select(one => one.GetProperty("id").GetGuid()));
            await using var browser = await second.WatchAsync();
            await FrameAsync(browser, job);
            var waited = Stopwatch.GetElapsedTime(back);
            TestContext.Current.TestOutputHelper?.WriteLine($"First frame {waited.TotalSeconds:0.0} s after the web was back.");
            Assert.InRange(waited, TimeSpan.Zero, FirstFrame);

            var done = await client.EndOfJobAsync(job);
            Assert.Equal("done", done.GetProperty("state").GetString());
            Assert.All(done.GetProperty("images").EnumerateArray(), image => Assert.Equal("done", image.GetProperty("state").GetString()));
        }

        await using var after = Open(settings);
        using var reader = after.CreateClient();
        await using var database = await DatabaseAsync(after);
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
        Assert.Equal(800, (await database.Quotas.SingleAsync(Cancellation)).Used);
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Browsers_GoneAtEachMoment_TheJobIsMadeWithoutWaitingForThem(DatabaseProvider provider)
    {
        await using var studio = Open(await SettingsAsync(provider));
        using var client = studio.CreateClient();
        studio.Engine.Gate.Reset();
        var job = await client.StartJobAsync(count: 2);
        var previews = studio.Services.GetRequiredService<IPreviewBus>();

        // Three tabs: one disconnects before the first frame, one in the middle of a frame, one stays.
        var early = await ConnectAsync(studio);
        var watching = early.StreamAsync<PreviewMessage>("Watch", job, Cancellation).GetAsyncEnumerator(Cancellation);
        var first = watching.MoveNextAsync().AsTask();
        await early.DisposeAsync();
        await first.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        studio.Engine.ShowsWhileWaiting = true;
        var middle = await ConnectAsync(studio);
        await FrameAsync(middle, job);
        await middle.DisposeAsync();
        await using (var stays = await ConnectAsync(studio))
        {
            await FrameAsync(stays, job);
            Assert.True(previews.HasWatchers(job));
        }

        // No watcher is left (a sleeping phone, for example). The job stays listed, continues, and its result is available later.
        while (previews.HasWatchers(job))
        {
            await Task.Delay(20, Cancellation);
        }

        Assert.Contains(job, (await (await client.GetAsync("/api/jobs", Cancellation)).ReadJsonAsync()).EnumerateArray().Select(one => one.GetProperty("id").GetGuid()));
        studio.Engine.Gate.Set();
        var done = await client.EndOfJobAsync(job);
        Assert.Equal("done", done.GetProperty("state").GetString());
        using var picture = await client.GetAsync(done.GetProperty("images")[1].GetProperty("contentUrl").GetString(), Cancellation);
        Assert.Equal(HttpStatusCode.OK, picture.StatusCode);

        // Circuits of pages that do not reconnect are dropped within two minutes.
        var circuits = studio.Services.GetRequiredService<IOptions<CircuitOptions>>().Value;
        Assert.InRange(circuits.DisconnectedCircuitRetentionPeriod, TimeSpan.Zero, TimeSpan.FromMinutes(2));
        Assert.InRange(circuits.DisconnectedCircuitMaxRetained, 1, 50);
        await using var database = await DatabaseAsync(studio);
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
    }

    [Fact]
    public async Task Submit_DatabaseLockedForTooLong_SaysWhenToTryAgain()
    {
        await using var studio = Open([]);
        using var client = studio.CreateClient();
        var before = await client.GetStringAsync("/api/me/quota", Cancellation);
        await using (var database = await DatabaseAsync(studio))
        await using (await database.Database.BeginTransactionAsync(Cancellation))
        {
            using var refused = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 1, size = 64 });
            Assert.Equal((HttpStatusCode.ServiceUnavailable, 10.0), (refused.StatusCode, refused.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        }

        Assert.Equal(before, await client.GetStringAsync("/api/me/quota", Cancellation));
    }

    [Fact]
    public async Task Disk_NineTenthsFull_IsABannerForAdministratorsAlone()
    {
        var disk = new ScriptedDisk { Capacity = new DiskCapacity(Free: 50_000_000_000, Total: 1_000_000_000_000) };
        await using var studio = Open([], disk);
        using var administrator = studio.Browser(studio.Administrator.Cookie);
        using var member = studio.Browser((await studio.PersonAsync("member@example.com", PersonRoles.Member)).Cookie);

        var told = await administrator.GetStringAsync("/account", Cancellation);
        Assert.Contains("disk-banner", told, StringComparison.Ordinal);
        Assert.Matches("95.?% full, 50[.,]0 GB left", told);
        Assert.DoesNotContain("disk-banner", await member.GetStringAsync("/account", Cancellation), StringComparison.Ordinal);
        disk.Capacity = disk.Capacity with { Free = 500_000_000_000 };
        Assert.DoesNotContain("disk-banner", await administrator.GetStringAsync("/account", Cancellation), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_DiskFullAndTheReserveUsed_IsInsufficientStorage_UntilThereIsSpace()
    {
        const long Megabyte = 1024 * 1024;
        var disk = new ScriptedDisk { Capacity = new DiskCapacity(10 * Megabyte, 100 * Megabyte) };
        await using var studio = Open(new() { ["Data:ReserveMegabytes"] = "1" }, disk);
        using var client = studio.CreateClient();
        var reserve = Path.Combine(folder, "reserve");
        await UntilAsync(() => File.Exists(reserve));

        disk.Capacity = disk.Capacity with { Free = 1000 };
        await UntilAsync(() => !File.Exists(reserve));
        using var refused = await client.PostJobAsync(new { kind = "generate", prompt = "a cube", count = 1, size = 64 });
        using var refusedToo = await client.PostAsync("/v1/images/generations", new StringContent("""{ "prompt": "a cube" }""", System.Text.Encoding.UTF8, "application/json"), Cancellation);
        Assert.Equal((HttpStatusCode.InsufficientStorage, HttpStatusCode.InsufficientStorage), (refused.StatusCode, refusedToo.StatusCode));
        Assert.Equal("storage-full", (await refused.ReadJsonAsync()).GetProperty("type").GetString());

        disk.Capacity = disk.Capacity with { Free = 10 * Megabyte };
        await UntilAsync(() => File.Exists(reserve));
        await client.EndOfJobAsync(await client.StartJobAsync(count: 1));
    }

    public void Dispose() => Directory.Delete(folder, recursive: true);

    private static async Task UntilAsync(Func<bool> expected)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(60));
        while (!expected())
        {
            await Task.Delay(50, patience.Token);
        }
    }

    private static async Task FrameAsync(HubConnection connection, Guid job)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(Cancellation);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        await foreach (var frame in connection.StreamAsync<PreviewMessage>("Watch", job, patience.Token))
        {
            if (frame.Bytes.Length > 0)
            {
                return;
            }
        }

        Assert.Fail("The job ended before it showed a preview.");
    }

    private static async Task<HubConnection> ConnectAsync(Studio studio)
    {
        var connection = new HubConnectionBuilder().WithUrl(new Uri(studio.Server.BaseAddress, "hubs/generation"), options =>
        {
            options.HttpMessageHandlerFactory = _ => studio.Server.CreateHandler();
            options.AccessTokenProvider = () => Task.FromResult<string?>(studio.Administrator.Key);
        }).AddMessagePackProtocol().Build();
        await connection.StartAsync(Cancellation);
        return connection;
    }

    private static Task<AppDbContext> DatabaseAsync(Studio studio) =>
        studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);

    private async Task<Dictionary<string, string?>> SettingsAsync(DatabaseProvider provider) => provider == DatabaseProvider.Sqlite
        ? []
        : new() { ["Database:Provider"] = "PostgreSql", ["ConnectionStrings:PromptCanvas"] = await server.NewDatabaseAsync() };

    private Studio Open(Dictionary<string, string?> settings, IDiskSpace? disk = null)
    {
        var studio = new Studio(folder);
        if (disk is not null)
        {
            studio.Change = services => services.Replace(ServiceDescriptor.Singleton(disk));
        }

        foreach (var (name, value) in settings)
        {
            studio.Settings[name] = value;
        }

        return studio;
    }

    private sealed class ScriptedDisk : IDiskSpace
    {
        public DiskCapacity Capacity { get; set; } = new(1, 1);

        public DiskCapacity Look() => Capacity;
    }
}
