using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Access;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.People;
using PromptCanvas.Generation.Configuration;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Storage;

/// <summary>A full disk under database, pictures and temporary files: row 8 of the fault catalogue.</summary>
public sealed class FullDiskTests(PostgresServer server)
{
    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Submit_DiskFull_IsUnavailableUntilThereIsSpace()
    {
        using var disk = new SmallDisk(megabytes: 4);
        await using var studio = await new Studio(disk.Path).PrepareAsync();
        disk.Fill();

        // Writes that fit into the log file's allocated pages still succeed; a prompt that needs new pages fails.
        Result<Guid> result;
        var accepted = -1;
        do
        {
            accepted++;
            result = await studio.TrySubmitAsync(TestRequests.Fox($"key {accepted}") with { Prompt = new string('x', 1000) });
        }
        while (result.TryGet(out _, out _));

        Assert.False(result.TryGet(out _, out var refusal));
        Assert.Equal("The disk is full; free some space and try again.", Assert.IsType<StorageFull>(refusal).Message);
        await using (var database = studio.OpenDatabase())
        {
            Assert.Equal((accepted, 2 * accepted), (await database.Jobs.CountAsync(Cancellation), await database.JobPictures.CountAsync(Cancellation)));
        }

        disk.FreeSpace();
        await studio.SubmitAsync(TestRequests.Fox());
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Everything_DiskFull_IsReadAndDeletedButNotBegun_UntilThereIsSpace(DatabaseProvider provider)
    {
        const long reserve = 4 * 1024 * 1024;
        using var disk = new SmallDisk(megabytes: 16);
        await using var studio = new Studio(disk.Path, settings: (await server.SettingsAsync(provider)).With("Data:ReserveMegabytes", "4"));
        await studio.PrepareAsync();
        studio.Get<DiskReserve>().Look();
        await studio.StartAsync();
        var anna = new Actor(Guid.NewGuid(), PersonRoles.Member);
        var made = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(anna.PersonId)), JobState.Done);
        var pictures = made.Images.Select(image => image.ImageId!.Value).ToList();
        var file = Path.Combine(studio.Folder.Root, "reserve");
        Assert.Equal(reserve, new FileInfo(file).Length);
        disk.Fill();
        Assert.InRange(studio.Get<IDiskSpace>().Look().Used, DiskCapacity.NearlyFull, 1);

        // Existing pictures can be read and deleted.
        Assert.NotNull(await studio.Get<IPictureQueries>().FindPictureAsync(anna, pictures[0], Cancellation));
        await using (var content = (await studio.Get<IPictureStore>().OpenContentAsync(pictures[0], Cancellation))!.Stream)
        {
            Assert.Equal(content.Length, (await new StreamContent(content).ReadAsByteArrayAsync(Cancellation)).Length);
        }

        Assert.Equal(1, await studio.Get<ILibrary>().DeleteAsync(anna, [pictures[1]], Cancellation));

        // The next check releases the reserve; no new job is accepted or charged.
        studio.Get<DiskReserve>().Look();
        Assert.False(File.Exists(file));
        Assert.InRange(new DriveInfo(disk.Path).AvailableFreeSpace, reserve / 2, long.MaxValue);
        var before = await studio.QuotaAsync(anna.PersonId);
        Assert.False((await studio.TrySubmitAsync(TestRequests.FoxOf(anna.PersonId, "refused"))).TryGet(out _, out var refusal));
        Assert.Equal("The disk is full; free some space and try again.", Assert.IsType<StorageFull>(refusal).Message);
        Assert.Equal(before, await studio.QuotaAsync(anna.PersonId));
        await studio.ConsistentAsync();

        disk.FreeSpace();
        studio.Get<DiskReserve>().Look();
        Assert.True(File.Exists(file));
        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.FoxOf(anna.PersonId, "again")), JobState.Done);
        await studio.ConsistentAsync();
    }

    [Fact]
    public async Task WithReserve_WriteThatFindsTheDiskFull_Succeeds()
    {
        using var disk = new SmallDisk(megabytes: 8);
        await using var studio = await new Studio(disk.Path, settings: new() { ["Data:ReserveMegabytes"] = "2" }).PrepareAsync();
        studio.Get<DiskReserve>().Look();
        disk.Fill();

        var hash = await studio.Get<DiskReserve>().WithCapacityAsync(() => studio.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new byte[100_000], Cancellation));

        Assert.True(File.Exists(studio.Folder.PictureFile(hash)));
        Assert.True(studio.Get<DiskReserve>().IsReleased);
        disk.Fill();
        await Assert.ThrowsAnyAsync<IOException>(() => studio.Get<DiskReserve>().WithCapacityAsync(
            () => studio.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new byte[200_000], Cancellation)));
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Worker_DiskFull_MakesThePictureAgainWhenThereIsRoom(DatabaseProvider provider)
    {
        using var disk = new SmallDisk(megabytes: 4);
        await using var studio = new Studio(disk.Path, TimeProvider.System, settings: await server.SettingsAsync(provider));
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox());
        await gate.Reached;
        disk.Fill();
        gate.Open();
        await studio.Log.SaysAsync("could not be written and will be generated again");
        disk.FreeSpace();

        var job = await studio.WaitAsync(id, JobState.Done);

        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Done, image.State));
        Assert.Empty(Directory.EnumerateFiles(studio.Folder.Temporary));
    }

    [Fact]
    public async Task WriteAsync_DiskFull_LeavesNothingBehind()
    {
        using var disk = new SmallDisk(megabytes: 4);
        await using var studio = await new Studio(disk.Path).PrepareAsync();
        disk.Fill();

        await Assert.ThrowsAnyAsync<IOException>(() => studio.Get<IBlobStore>().WriteAsync(BlobKind.Picture, new byte[100_000], Cancellation));

        Assert.Empty(Directory.EnumerateFiles(studio.Folder.Images, "*", SearchOption.AllDirectories));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Worker_FileNotWritten_RestsAndMakesOnlyThatPictureAgain(bool thumbnail)
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path, change: services => services.AddSingleton<IBlobStore>(provider => new FailingBlobStore(
            provider.GetRequiredService<DataFolder>(), provider.GetRequiredService<TimeProvider>(), thumbnail ? BlobKind.Thumbnail : BlobKind.Picture)));
        await studio.StartAsync();

        var id = await studio.SubmitAsync(TestRequests.Fox(count: 2));
        var resting = await studio.WaitAsync(id, job => job.State == JobState.Queued && job.Images.Any(image => image.State == JobPictureState.Done));

        Assert.Single(resting.Images, image => image.State == JobPictureState.Queued);
        await using (var database = studio.OpenDatabase())
        {
            var row = await database.Jobs.SingleAsync(Cancellation);
            Assert.Equal((0, studio.Clock.GetUtcNow() + TimeSpan.FromSeconds(1)), (row.CrashCount, row.NotBefore!.Value));
        }

        while ((await studio.FindAsync(id)).State != JobState.Done)
        {
            // The worker may not be waiting on its clock yet.
            studio.Clock.Advance(TimeSpan.FromSeconds(1));
            await Task.Delay(TimeSpan.FromMilliseconds(20), Cancellation);
        }

        Assert.Single(studio.Engine.Requests.Last().ImageIndices!);

        // The retried picture reuses its file: equal bytes have the same name.
        Assert.Equal(4, Directory.EnumerateFiles(studio.Folder.Images, "*", SearchOption.AllDirectories).Count());
    }

    [Fact]
    public async Task Prepare_ReadOnlyDisk_SaysSoInOneSentence()
    {
        using var disk = new SmallDisk(megabytes: 1);
        Assert.SkipUnless(disk.MakeReadOnly(), "The disk could not be made read-only.");
        await using var studio = new Studio(disk.Path);

        var refusal = await Assert.ThrowsAsync<StartupException>(studio.PrepareAsync);

        Assert.StartsWith($"The data folder {disk.Path} cannot be written to (", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_FolderUnderAFile_SaysSoInOneSentence()
    {
        using var folder = new TemporaryFolder();
        await File.WriteAllTextAsync(folder.File("file"), "", Cancellation);
        await using var studio = new Studio(Path.Combine(folder.Path, "file", "data"));

        var refusal = await Assert.ThrowsAsync<StartupException>(studio.PrepareAsync);

        Assert.EndsWith("make it writable or set Data:Folder to another one.", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Prepare_LockCannotBeOpened_SaysSoInOneSentence()
    {
        using var folder = new TemporaryFolder();
        await using var studio = new Studio(folder.Path);
        Directory.CreateDirectory(studio.Folder.LockFile);

        var refusal = await Assert.ThrowsAsync<StartupException>(studio.PrepareAsync);

        Assert.StartsWith($"The file {studio.Folder.LockFile} cannot be opened for writing;", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Submit_DatabaseBecomesReadOnly_IsUnavailable()
    {
        using var disk = new SmallDisk(megabytes: 4);
        await using (var studio = await new Studio(disk.Path).PrepareAsync())
        {
            await studio.SubmitAsync(TestRequests.Fox());
        }

        // Pooled connections keep the file open for writing.
        SqliteConnection.ClearAllPools();
        Assert.SkipUnless(disk.MakeReadOnly(), "The disk could not be made read-only.");
        await using var readOnly = new Studio(disk.Path);

        Assert.False((await readOnly.TrySubmitAsync(TestRequests.Fox("other"))).TryGet(out _, out var refusal));
        Assert.IsType<Unavailable>(refusal);
    }
}
