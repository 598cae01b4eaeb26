using System.Net;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Cluster;

/// <summary>A whole studio whose pictures are in a bucket of a real S3 server.</summary>
public sealed class SharedStorageTests
{
    private const string Bucket = "pictures";

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Picture_IsServedAfterItsLocalCopyHasGone_AndAFailedStoreIsSaidInWords()
    {
        await using var server = await S3Server.StartAsync();
        await server.CreateAsync(Bucket);
        await using var studio = new Studio
        {
            Settings =
            {
                ["Storage:Provider"] = "S3",
                ["Storage:S3:Endpoint"] = server.Address,
                ["Storage:S3:Bucket"] = Bucket,
                ["Storage:S3:AccessKey"] = S3Server.Key,
                ["Storage:S3:SecretKey"] = S3Server.Secret,
            },
        };
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

    private static void Forget(Studio studio)
    {
        foreach (var file in Directory.EnumerateFiles(Path.Combine(studio.DataFolder, "images"), "*.*", SearchOption.AllDirectories))
        {
            File.Delete(file);
        }
    }
}
