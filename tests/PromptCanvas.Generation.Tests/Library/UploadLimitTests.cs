using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Generation.Tests.Library;

public sealed class UploadLimitTests(PostgresServer server) : IDisposable
{
    private const long Megabyte = 1024 * 1024;

    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => folder.Dispose();

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Add_ManyAtOnce_StaysWithinThePersonsDiskSpace(DatabaseProvider provider)
    {
        var settings = (await server.SettingsAsync(provider)).With("Quotas:DiskMegabytes", "2").With("Quotas:WaitingUploads", "100");
        await using var studio = await new Studio(folder.Path, settings: settings).PrepareAsync();
        var person = await studio.PersonAsync();

        // Noise hardly compresses: about 0.75 MB each.
        var files = Enumerable.Range(0, 8).Select(seed => PngEncoder.Encode(Pictures.Noise(512, 512, seed))).ToList();
        var results = await Task.WhenAll(files.Select(file => Task.Run(() => studio.Get<IUploads>().AddAsync(person, new MemoryStream(file), Cancellation), Cancellation)));

        await using var database = studio.OpenDatabase();
        var refused = results.Where(result => !result.TryGet(out _, out _)).ToList();
        Assert.All(refused, result => Assert.IsType<StorageFull>(result.TryGet(out _, out var refusal) ? null : refusal));
        Assert.InRange(results.Length - refused.Count, 1, 2);
        Assert.InRange(await database.Uploads.SumAsync(upload => upload.Bytes ?? 0, Cancellation), 1, 2 * Megabyte);
        Assert.InRange(new DirectoryInfo(studio.Folder.Images).EnumerateFiles("*", SearchOption.AllDirectories).Sum(file => file.Length), 1, 2 * Megabyte);
    }

    [Fact]
    public async Task Add_FileThatCannotBeWritten_ReservesNothing()
    {
        await using var studio = await new Studio(folder.Path, change: services => services.AddSingleton<IBlobStore>(provider => new FailingBlobStore(
            provider.GetRequiredService<DataFolder>(), TimeProvider.System, BlobKind.Picture))).PrepareAsync();
        var person = await studio.PersonAsync();

        var added = await studio.Get<IUploads>().AddAsync(person, new MemoryStream(PngEncoder.Encode(Pictures.Gradient(8, 8))), Cancellation);

        Assert.False(added.TryGet(out _, out _));
        await using var database = studio.OpenDatabase();
        Assert.False(await database.Uploads.AnyAsync(Cancellation));
    }

    [Fact]
    public async Task Take_StreamWithoutALength_LiesOnDiskUntilItIsRead()
    {
        var data = new DataFolder(folder.Path, folder.Path);
        data.Prepare();
        var spool = new UploadSpool(data);

        await using (var taken = await spool.TakeAsync(new OneWay(new byte[1000]), 1000, Cancellation))
        {
            Assert.Equal(1000, Assert.IsType<FileStream>(taken).Length);
            Assert.Single(Directory.EnumerateFiles(data.Temporary));
        }

        Assert.Null(await spool.TakeAsync(new OneWay(new byte[1001]), 1000, Cancellation));
        Assert.Empty(Directory.EnumerateFiles(data.Temporary));
    }

    private sealed class OneWay(byte[] bytes) : MemoryStream(bytes)
    {
        public override bool CanSeek => false;
    }
}
