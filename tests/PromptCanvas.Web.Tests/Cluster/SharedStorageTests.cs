using System.Net;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A whole studio whose pictures are in a bucket of a real S3 server.</summary>
public sealed class SharedStorageTests(SharedS3Server servers) : IClassFixture<SharedS3Server>
{
    private readonly string bucket = $"pictures-{Guid.NewGuid():N}";

    // The headers of a request and the beginning of a picture.
    private const int Part = 2000;

    // Each call of the store is repeated once, so by then the job has waited and tried again.
    private const int Breaks = 5;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Picture_PutIntoTheStoreBrokenInTheMiddle_IsNotVisible_AndTheJobFinishesLaterChargedOnce()
    {
        var server = await servers.GetAsync();
        await server.CreateAsync(bucket);
        await using var relay = new Relay("127.0.0.1", server.Port);
        await using var studio = Open($"http://127.0.0.1:{relay.Port}");
        var client = studio.CreateClient();
        await Nodes.UntilAsync(() => studio.Engine is { Latest: not null, AtWork: 0 });
        relay.BreakAfter(Part);
        var id = await client.StartJobAsync(count: 1, size: 256);
        await Nodes.UntilAsync(() => relay.Broken >= Breaks);

        Assert.Equal("running", (await client.JobAsync(id)).GetProperty("state").GetString());
        Assert.DoesNotContain(await server.NamesAsync(bucket), IsPicture);
        relay.Mend();
        var job = await client.EndOfJobAsync(id);
        Assert.Equal("done", job.GetProperty("state").GetString());
        Forget(studio);
        Assert.Contains(await server.NamesAsync(bucket), IsPicture);
        Assert.NotEmpty(await client.GetByteArrayAsync(job.GetProperty("images")[0].GetProperty("contentUrl").GetString(), Cancellation));
        await using var database = await studio.Services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContextAsync(Cancellation);
        Assert.Empty(await Invariants.BrokenAsync(database, Cancellation));
        Assert.Single(await database.Ledger.Where(line => line.JobId == id && line.Kind == LedgerKinds.Charge).ToListAsync(Cancellation));
        Assert.Equal(0, (await database.Jobs.SingleAsync(row => row.Id == id, Cancellation)).CrashCount);
    }

    [Fact]
    public async Task Picture_IsServedAfterItsLocalCopyHasGone_AndAFailedStoreIsSaidInWords()
    {
        var server = await servers.GetAsync();
        await server.CreateAsync(bucket);
        await using var studio = Open(server.Address);
        var client = studio.CreateClient();
        var job = await client.EndOfJobAsync(await client.StartJobAsync(count: 1));
        var address = $"/api/images/{job.GetProperty("images")[0].GetProperty("id").GetGuid()}/content";
        var first = await client.GetByteArrayAsync(address, Cancellation);
        Forget(studio);

        Assert.Equal(first, await client.GetByteArrayAsync(address, Cancellation));
        Forget(studio);
        await server.KillAsync();
        using var away = await client.GetAsync(address, Cancellation);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, away.StatusCode);
        Assert.Contains("The picture store cannot be used now", (await away.ReadJsonAsync()).GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    private static bool IsPicture(string name) => name.StartsWith("images/", StringComparison.Ordinal);

    private Studio Open(string endpoint) => new()
    {
        Settings =
        {
            ["Generation:StoragePause"] = "00:00:01",
            ["Storage:Provider"] = "S3",
            ["Storage:S3:Endpoint"] = endpoint,
            ["Storage:S3:Bucket"] = bucket,
            ["Storage:S3:AccessKey"] = S3Server.Key,
            ["Storage:S3:SecretKey"] = S3Server.Secret,
        },
    };

    private static void Forget(Studio studio)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(studio.DataFolder, "images"), "*.*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }
    }
}
