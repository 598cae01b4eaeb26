using System.Buffers.Binary;
using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Cli.Maintenance;
using PromptCanvas.Data;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>Restoring an untrusted zip file writes only inside the data folder and within the limits, or nothing.</summary>
public sealed class RestoreTrustTests : IAsyncLifetime
{
    // stat.h: S_IFLNK | 0777, in the upper half of a zip entry's attributes.
    private const int SymbolicLink = unchecked((int)0xA1FF0000);
    private const string Database = "promptcanvas.db";

    private readonly TemporaryFolder temporary = new();
    private readonly DataFolder folder;
    private readonly ServiceProvider services;
    private readonly string zip;

    public RestoreTrustTests()
    {
        folder = new DataFolder(temporary.Path, Path.Combine("inner", "data"));
        zip = Path.Combine(temporary.Path, "backup.zip");
        services = new ServiceCollection().AddAppDatabase(_ => new DatabaseChoice(DatabaseProvider.Sqlite, null, folder.DatabaseFile)).BuildServiceProvider();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        folder.Prepare();
        await using (var database = services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext())
        {
            await database.UpgradeAsync(Cancellation);
        }

        Assert.Equal(0, (await RunAsync("backup", zip)).ExitCode);
    }

    [Theory]
    [InlineData("../outside.txt", 0, "outside the data folder")]
    [InlineData("../../outside.txt", 0, "outside the data folder")]
    [InlineData("images/../../outside.txt", 0, "outside the data folder")]
    [InlineData("images/./../images/inside.txt", 0, "outside the data folder")]
    [InlineData("/tmp/promptcanvas-outside.txt", 0, "outside the data folder")]
    [InlineData("..\\outside.txt", 0, "outside the data folder")]
    [InlineData("images\\..\\..\\outside.txt", 0, "outside the data folder")]
    [InlineData("C:\\outside.txt", 0, "outside the data folder")]
    [InlineData("images/new\nline.txt", 0, "outside the data folder")]
    [InlineData("images/link", SymbolicLink, "a link or a folder")]
    [InlineData("images/folder/", 0, "outside the data folder")]
    [InlineData("promptcanvas.db-wal", 0, "a running studio")]
    [InlineData("studio.lock", 0, "a running studio")]
    [InlineData("images/tmp/half.tmp", 0, "a running studio")]
    [InlineData("promptcanvas.db", 0, "twice")]
    public async Task Restore_EntryThatIsNoFileOfABackup_IsRefusedInOneSentence_AndNothingIsWritten(string name, int attributes, string why)
    {
        Add(name, attributes, "text"u8.ToArray());
        var before = Everything();

        var refused = await RunAsync("restore", zip);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("nothing was restored", refused.OneLine, StringComparison.Ordinal);
        Assert.Contains(why, refused.OneLine, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
        Assert.False(File.Exists("/tmp/promptcanvas-outside.txt"));
    }

    [Fact]
    public async Task Restore_ZerosThatSwell_AreRefusedBeforeTheyDo()
    {
        Add("images/zeros.png", 0, new byte[64 * 1024 * 1024]);
        var before = Everything();

        var refused = await RunAsync("restore", zip);

        Assert.Contains("times larger than its compressed size", refused.OneLine, StringComparison.Ordinal);
        Assert.Equal(before, Everything());
    }

    [Fact]
    public async Task Restore_EntryLargerThanItSays_IsRefused_AndNothingOfItStays()
    {
        Add("images/liar.png", 0, [.. Enumerable.Range(0, 100_000).Select(at => (byte)(at * at))]);
        Understate("images/liar.png", 100);

        var refused = await RunAsync("restore", zip);

        Assert.Equal(1, refused.ExitCode);
        Assert.Contains("nothing was restored", refused.OneLine, StringComparison.Ordinal);
        Assert.False(File.Exists(Path.Combine(folder.Images, "liar.png")));
    }

    [Fact]
    public void Check_MoreEntriesOrBytesThanAllowed_IsRefused()
    {
        Add("images/one.png", 0, new byte[1000]);
        using var archive = ZipFile.OpenRead(zip);
        var database = archive.GetEntry(Database)!.Length;

        new ArchiveEntries(folder, new ArchiveLimits(Capacity: database + 1000)).Check(archive);
        var many = Assert.Throws<InvalidDataException>(() => new ArchiveEntries(folder, new ArchiveLimits(long.MaxValue) { MostEntries = 1 }).Check(archive));
        var large = Assert.Throws<InvalidDataException>(() => new ArchiveEntries(folder, new ArchiveLimits(Capacity: database + 999)).Check(archive));

        Assert.Contains("2 files, more than the limit of 1", many.Message, StringComparison.Ordinal);
        Assert.Contains("1 MB more than the free space", large.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_Keys_StayTheirOwnersAlone()
    {
        if (OperatingSystem.IsWindows())
        {
            Assert.Skip("Windows has no such modes.");
            return;
        }

        var keys = Directory.CreateDirectory(Path.Combine(folder.Root, "keys"));
        var key = Path.Combine(keys.FullName, "key.xml");
        await File.WriteAllTextAsync(key, "<key />", Cancellation);
        File.SetUnixFileMode(key, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        File.Delete(zip);
        await RunAsync("backup", zip);
        keys.Delete(recursive: true);

        Assert.Equal(0, (await RunAsync("restore", zip)).ExitCode);

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(key));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute, File.GetUnixFileMode(keys.FullName));
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        SqliteCopies.Release();
        temporary.Dispose();
    }

    private Task<Outcome> RunAsync(params string[] arguments) => CommandLine.RunInAsync(temporary.Path, [.. arguments, "--data", folder.Root]);

    private void Add(string name, int attributes, byte[] bytes)
    {
        using var archive = ZipFile.Open(zip, ZipArchiveMode.Update);
        var entry = archive.CreateEntry(name);
        entry.ExternalAttributes = attributes;
        if (!name.EndsWith('/'))
        {
            using var stream = entry.Open();
            stream.Write(bytes);
        }
    }

    /// <summary>Writes another uncompressed size into an entry's two headers (APPNOTE 4.3.7, 4.3.12).</summary>
    private void Understate(string name, uint size)
    {
        var bytes = File.ReadAllBytes(zip);
        foreach (var (signature, sizeAt, nameAt) in (ReadOnlySpan<(uint, int, int)>)[(0x04034b50, 22, 30), (0x02014b50, 24, 46)])
        {
            for (var at = 0; at < bytes.Length - nameAt - name.Length; at++)
            {
                if (BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(at)) == signature && bytes.AsSpan(at + nameAt, name.Length).SequenceEqual(System.Text.Encoding.ASCII.GetBytes(name)))
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(at + sizeAt), size);
                }
            }
        }

        File.WriteAllBytes(zip, bytes);
    }

    // The journal files appear and disappear when a process opens or closes the database.
    private List<string> Everything() => [.. Directory.EnumerateFileSystemEntries(temporary.Path, "*", SearchOption.AllDirectories)
        .Where(path => path != zip && !path.EndsWith("-wal", StringComparison.Ordinal) && !path.EndsWith("-shm", StringComparison.Ordinal)).Order(StringComparer.Ordinal)];
}
