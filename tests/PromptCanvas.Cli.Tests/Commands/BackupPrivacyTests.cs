using System.IO.Compression;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Settings;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Tests.Commands;

/// <summary>The data of a studio belongs to its owner's account alone, in the folder and in backups.</summary>
public sealed class BackupPrivacyTests : IAsyncLifetime
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    private readonly TemporaryFolder temporary = new();
    private readonly DataFolder folder;
    private readonly ServiceProvider services;

    public BackupPrivacyTests()
    {
        folder = new DataFolder(temporary.Path, "data");
        services = new ServiceCollection().AddAppDatabase(_ => new DatabaseChoice(DatabaseProvider.Sqlite, null, folder.DatabaseFile)).BuildServiceProvider();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private string Zip => Path.Combine(temporary.Path, "backup.zip");

    public async ValueTask InitializeAsync()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no file modes.");
        folder.Prepare();
        await using var database = services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        await database.UpgradeAsync(Cancellation);
        await WriteAsync("keys/key-1.xml", "a key");
        await WriteAsync("cache/graphs/model.onnx", "a graph");
        await WriteAsync("cache/weights/model.json", "a record");
        await WriteAsync("reserve", "zeros");
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        SqliteCopies.Release();
        temporary.Dispose();
    }

    [Fact]
    public async Task Backup_IsItsOwnersAlone_AndSaysWhatIsInside()
    {
        // An attempt that was killed left its file with another mode.
        await File.WriteAllTextAsync(Zip + ".tmp", "half a backup", Cancellation);
        Mode(Zip + ".tmp", OwnerOnly | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        var backup = await RunAsync("backup", Zip);

        Assert.Equal(0, backup.ExitCode);
        Assert.Equal(OwnerOnly, ModeOf(Zip));
        Assert.Contains("keys that sign sessions", backup.OneLine, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Backup_HoldsNeitherReserveNorCaches()
    {
        Assert.Equal(0, (await RunAsync("backup", Zip)).ExitCode);
        using var zip = ZipFile.OpenRead(Zip);

        Assert.Equal(["keys/key-1.xml", "promptcanvas.db"], zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
    }

    /// <summary>Pictures that were signed before a restore are recognised after it, and signing goes on with the same key.</summary>
    [Fact]
    public async Task Backup_HoldsTheSigningKey()
    {
        var key = new SigningKey { Number = 1, Thumbprint = new string('a', 64), Certificates = "-----BEGIN CERTIFICATE-----", Key = [1, 2, 3], CreatedAt = DateTimeOffset.UnixEpoch };
        await using (var database = services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext())
        {
            database.SigningKeys.Add(key);
            await database.SaveChangesAsync(Cancellation);
        }

        Assert.Equal(0, (await RunAsync("backup", Zip)).ExitCode);
        await using (var zip = await ZipFile.OpenReadAsync(Zip, Cancellation))
        {
            await zip.GetEntry("promptcanvas.db")!.ExtractToFileAsync(Path.Combine(temporary.Path, "copy.db"), Cancellation);
        }

        await using var copies = new ServiceCollection().AddAppDatabase(_ => new DatabaseChoice(DatabaseProvider.Sqlite, null, Path.Combine(temporary.Path, "copy.db"))).BuildServiceProvider();
        await using var copy = copies.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();
        var kept = await copy.SigningKeys.SingleAsync(Cancellation);
        Assert.Equal((key.Thumbprint, key.Certificates), (kept.Thumbprint, kept.Certificates));
        Assert.Equal(key.Key, kept.Key);
    }

    [Fact]
    public async Task Restore_OfAnOlderBackup_LeavesReserveAndCachesOut()
    {
        Assert.Equal(0, (await RunAsync("backup", Zip)).ExitCode);
        using (var zip = ZipFile.Open(Zip, ZipArchiveMode.Update))
        {
            zip.CreateEntryFromFile(folder.ReserveFile, "reserve");
            zip.CreateEntryFromFile(Path.Combine(folder.Cache, "graphs", "model.onnx"), "cache/graphs/model.onnx");
        }

        File.Delete(folder.ReserveFile);
        Directory.Delete(folder.Cache, recursive: true);
        var restored = await RunAsync("restore", Zip);

        Assert.Equal((0, ""), (restored.ExitCode, restored.Error));
        Assert.False(File.Exists(folder.ReserveFile));
        Assert.False(Directory.Exists(folder.Cache));
    }

    [Fact]
    public void DataFolder_ThatIsCreated_IsItsOwnersAlone()
    {
        Assert.Equal(OwnerOnly | UnixFileMode.UserExecute, ModeOf(folder.Root));
        Assert.Null(folder.Exposure());
    }

    [Fact]
    public async Task Doctor_OfAFolderThatOthersMayOpen_WarnsOnceWithTheCommandThatMendsIt()
    {
        Mode(folder.Root, OwnerOnly | UnixFileMode.UserExecute | UnixFileMode.GroupRead | UnixFileMode.GroupExecute | UnixFileMode.OtherRead | UnixFileMode.OtherExecute);
        var warned = await RunAsync("doctor");
        Mode(folder.Root, OwnerOnly | UnixFileMode.UserExecute);
        var clean = await RunAsync("doctor");

        Assert.Equal((0, 0), (warned.ExitCode, clean.ExitCode));
        Assert.Contains($"run: chmod 700 '{folder.Root}'", Assert.Single(warned.Output.Split('\n'), line => line.StartsWith("warn ", StringComparison.Ordinal)), StringComparison.Ordinal);
        Assert.DoesNotContain("chmod", clean.Output, StringComparison.Ordinal);
    }

    private static UnixFileMode ModeOf(string path) => OperatingSystem.IsWindows() ? UnixFileMode.None : File.GetUnixFileMode(path);

    private static void Mode(string path, UnixFileMode mode)
    {
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(path, mode);
        }
    }

    private async Task WriteAsync(string name, string text)
    {
        var file = Path.Combine(folder.Root, name);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        await File.WriteAllTextAsync(file, text, Cancellation);
    }

    private Task<Outcome> RunAsync(params string[] arguments) => CommandLine.RunInAsync(temporary.Path, [.. arguments, "--data", folder.Root]);
}
