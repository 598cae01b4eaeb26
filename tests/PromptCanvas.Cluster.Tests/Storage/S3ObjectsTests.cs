using System.Text;
using Microsoft.Extensions.Configuration;
using PromptCanvas.Cluster.Storage;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cluster.Tests.Storage;

/// <summary>The shared store over a real S3 server.</summary>
public sealed class S3ObjectsTests(SharedS3Server servers) : IClassFixture<SharedS3Server>, IAsyncDisposable
{
    private const int Length = 300_000;
    private readonly string bucket = $"pictures-{Guid.NewGuid():N}";
    private readonly List<S3Objects> opened = [];
    private S3Server? server;
    private Relay? relay;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Write_ThenFoundReadListedAndDeleted()
    {
        var store = await StartAsync();
        var bytes = Enumerable.Range(0, Length).Select(at => (byte)at).ToArray();
        await store.WriteAsync("images/aa/one.png", bytes, Cancellation);
        await store.WriteAsync("images/ab/two.png", new byte[] { 1 }, Cancellation);
        await store.WriteAsync("stages/three", new byte[] { 2 }, Cancellation);

        Assert.Equal(bytes, await ReadAsync(store, "images/aa/one.png"));
        Assert.Equal(Length, (await store.FindAsync("images/aa/one.png", Cancellation))!.Length);
        Assert.InRange((await store.FindAsync("images/aa/one.png", Cancellation))!.WrittenAt, DateTimeOffset.UnixEpoch, TimeProvider.System.GetUtcNow().AddMinutes(1));
        Assert.Equal(["images/aa/one.png", "images/ab/two.png"], await NamesAsync(store, "images/"));

        await store.DeleteAsync("images/aa/one.png", Cancellation);
        Assert.Null(await ReadAsync(store, "images/aa/one.png"));
        Assert.Null(await store.FindAsync("images/aa/one.png", Cancellation));
        await store.DeleteAsync("images/aa/one.png", Cancellation);
    }

    [Fact]
    public async Task Write_Twice_KeepsTheLastBytes()
    {
        var store = await StartAsync();
        await store.WriteAsync("stages/one", Encoding.UTF8.GetBytes("first"), Cancellation);
        await store.WriteAsync("stages/one", Encoding.UTF8.GetBytes("second"), Cancellation);

        Assert.Equal("second", Encoding.UTF8.GetString((await ReadAsync(store, "stages/one"))!));
    }

    [Fact]
    public async Task List_LongerThanOnePage_IsWhole()
    {
        var store = await StartAsync();
        foreach (var name in new[] { "a", "b", "c", "d", "e" })
        {
            await store.WriteAsync(name, new byte[] { 1 }, Cancellation);
        }

        store.PageSize = 2;

        Assert.Equal(["a", "b", "c", "d", "e"], await NamesAsync(store, ""));
    }

    [Fact]
    public async Task Prefixes_KeepStudiosApart()
    {
        var one = await StartAsync();
        var other = Open(prefix: "another/");
        await one.WriteAsync("images/one", new byte[] { 1 }, Cancellation);

        Assert.Empty(await NamesAsync(other, ""));
        Assert.Null(await ReadAsync(other, "images/one"));
    }

    [Fact]
    public async Task Server_Killed_IsSaidInOneSentence_AndWorksAfterItsRestart()
    {
        var store = await StartAsync();
        await store.WriteAsync("images/one", new byte[] { 1 }, Cancellation);
        await server!.KillAsync();

        foreach (var call in (Func<Task>[])
        [
            () => store.WriteAsync("images/two", new byte[] { 1 }, Cancellation),
            () => ReadAsync(store, "images/one"),
            () => store.FindAsync("images/one", Cancellation),
            () => NamesAsync(store, ""),
            () => store.DeleteAsync("images/one", Cancellation),
        ])
        {
            Assert.Equal("The picture store cannot be used now (no answer); try again in a moment.", (await Assert.ThrowsAsync<ObjectStoreException>(call)).Message);
        }

        Assert.Null(await store.RefusalAsync(Cancellation));
        await server.ResumeAsync();
        Assert.Equal([1], await ReadAsync(store, "images/one"));
        Assert.Null(await ReadAsync(store, "images/two"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Write_BrokenInTheMiddle_LeavesNothingOfTheNewObjectAndAllOfTheOldOne(bool serverDies)
    {
        var direct = await StartAsync();
        await direct.WriteAsync("images/old", Enumerable.Repeat((byte)1, Length).ToArray(), Cancellation);
        relay = new Relay("127.0.0.1", server!.Port);
        var store = Open(endpoint: $"http://127.0.0.1:{relay.Port}");
        relay.BreakAfter(Length / 2, serverDies ? server.KillAsync : null);
        foreach (var name in (string[])["images/new", "images/old"])
        {
            await Assert.ThrowsAsync<ObjectStoreException>(() => store.WriteAsync(name, Enumerable.Repeat((byte)2, Length).ToArray(), Cancellation));
        }

        Assert.InRange(relay.Broken, 1, int.MaxValue);
        relay.Mend();
        if (serverDies)
        {
            await server.ResumeAsync();
        }

        Assert.Null(await direct.FindAsync("images/new", Cancellation));
        Assert.Equal(["images/old"], await NamesAsync(direct, ""));
        Assert.Equal(Enumerable.Repeat((byte)1, Length), await ReadAsync(direct, "images/old"));
        await store.WriteAsync("images/new", Enumerable.Repeat((byte)2, Length).ToArray(), Cancellation);
        Assert.Equal(Enumerable.Repeat((byte)2, Length), await ReadAsync(direct, "images/new"));
    }

    [Fact]
    public async Task Refusal_NamesTheSettingThatIsWrong()
    {
        var store = await StartAsync();

        Assert.Null(await store.RefusalAsync(Cancellation));
        Assert.Equal("The store has no bucket nowhere; create it, or correct the setting Storage:S3:Bucket.", await Open(bucket: "nowhere").RefusalAsync(Cancellation));
        var wrong = await Open(secret: "wrong").RefusalAsync(Cancellation);
        Assert.StartsWith($"The store refuses the keys of the bucket {bucket} (", wrong, StringComparison.Ordinal);
        Assert.EndsWith("correct Storage:S3:AccessKey and Storage:S3:SecretKey.", wrong, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_WithoutKeys_SaysWhichSettingIsMissing()
    {
        var options = new S3Options { Bucket = "pictures" };

        var fault = Assert.Throws<StartupException>(() => S3Settings.Open(options, new ConfigurationBuilder().Build()));
        Assert.Equal("Setting Storage:S3:AccessKey is empty; give the store's key, or a file that holds it as Storage:S3:AccessKey_FILE.", fault.Message);
    }

    public async ValueTask DisposeAsync()
    {
        opened.ForEach(store => store.Dispose());
        if (relay is not null)
        {
            await relay.DisposeAsync();
        }
    }

    private static async Task<byte[]?> ReadAsync(S3Objects store, string name)
    {
        using var bytes = new MemoryStream();
        return await store.ReadAsync(name, bytes, Cancellation) ? bytes.ToArray() : null;
    }

    private static async Task<List<string>> NamesAsync(S3Objects store, string prefix) =>
        await store.ListAsync(prefix, Cancellation).Select(stored => stored.Name).ToListAsync(Cancellation);

    private async Task<S3Objects> StartAsync()
    {
        server = await servers.GetAsync();
        await server.CreateAsync(bucket);
        return Open();
    }

    private S3Objects Open(string? bucket = null, string prefix = "studio/", string secret = S3Server.Secret, string? endpoint = null)
    {
        var keys = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["Storage:S3:AccessKey"] = S3Server.Key,
            ["Storage:S3:SecretKey"] = secret,
        }).Build();
        var store = (S3Objects)S3Settings.Open(new S3Options { Endpoint = endpoint ?? server!.Address, Bucket = bucket ?? this.bucket, Prefix = prefix }, keys);
        opened.Add(store);
        return store;
    }
}
