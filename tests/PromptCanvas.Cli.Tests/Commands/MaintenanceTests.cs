using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Storage;

namespace PromptCanvas.Cli.Tests.Commands;

public sealed class MaintenanceTests : IAsyncLifetime
{
    private readonly StudioData data = new();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private DataFolder Folder => data.Folder;

    public async ValueTask InitializeAsync() => await data.PrepareAsync();

    [Fact]
    public async Task BackupAndRestore_WhileTheDatabaseIsOpen_BringsRowsAndFilesBack()
    {
        // Keep the database open, as a running studio does.
        await using var studio = data.OpenDatabase();
        await studio.Database.OpenConnectionAsync(Cancellation);
        var zip = Path.Combine(data.Place, "backup.zip");
        Assert.Equal(0, (await RunAsync("backup", zip)).ExitCode);

        await data.AddPictureAsync(studio, "second", [4, 5, 6]);
        var file = Folder.PictureFile(StudioData.Hash([1, 2, 3]));
        File.Delete(file);
        var doctor = await RunAsync("doctor");
        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains($"WRONG  pictures: 1 files are missing or damaged ({file} is missing)", doctor.Output, StringComparison.Ordinal);

        var restored = await RunAsync("restore", zip);
        Assert.Equal((0, ""), (restored.ExitCode, restored.Error));

        Assert.Equal(["first"], await studio.Jobs.Select(job => job.Prompt).ToListAsync(Cancellation));
        Assert.Equal([1, 2, 3], await File.ReadAllBytesAsync(file, Cancellation));
        Assert.Equal("wal", (await studio.Database.SqlQueryRaw<string>("PRAGMA journal_mode").ToListAsync(Cancellation))[0]);
        doctor = await RunAsync("doctor", "--full");
        Assert.Equal(0, doctor.ExitCode);
        Assert.Contains("ok     pictures: 1 pictures with their unchanged files", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_JobThatRan_WaitsAgainBehindAHigherFence()
    {
        await using var database = data.OpenDatabase();
        await database.Jobs.ExecuteUpdateAsync(change => change.SetProperty(job => job.State, JobState.Running).SetProperty(job => job.Fence, 3), Cancellation);
        var zip = Path.Combine(data.Place, "backup.zip");
        await RunAsync("backup", zip);

        Assert.Equal(0, (await RunAsync("restore", zip)).ExitCode);

        var job = await database.Jobs.AsNoTracking().SingleAsync(Cancellation);
        Assert.Equal((JobState.Queued, true), (job.State, job.Fence > 1000));
    }

    [Fact]
    public async Task Doctor_FileChangedAndLedgerTampered_NamesBoth()
    {
        await File.WriteAllBytesAsync(Folder.PictureFile(StudioData.Hash([1, 2, 3])), [9], Cancellation);
        await using (var database = data.OpenDatabase())
        {
            await database.Quotas.ExecuteUpdateAsync(change => change.SetProperty(quota => quota.Used, 5), Cancellation);
        }

        var doctor = await RunAsync("doctor", "--full");

        Assert.Equal(1, doctor.ExitCode);
        Assert.Contains("has another hash", doctor.Output, StringComparison.Ordinal);
        Assert.Contains("WRONG  ledger: Quotas that are not the sum of their ledger: 1", doctor.Output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Restore_NoBackup_SaysSoAndTouchesNothing()
    {
        var file = Path.Combine(data.Place, "no.zip");
        Assert.Contains("There is no file", (await RunAsync("restore", file)).OneLine, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "not a zip", Cancellation);

        var refused = await RunAsync("restore", file);

        Assert.Equal(1, refused.ExitCode);
        Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await using var database = data.OpenDatabase();
        Assert.Equal(1, await database.Jobs.CountAsync(Cancellation));
    }

    [Fact]
    public async Task Doctor_DatabaseThatIsAway_SaysSoInOneLineWithoutItsPassword()
    {
        var secret = Path.Combine(data.Place, "connection");
        await File.WriteAllTextAsync(secret, "Host=127.0.0.1;Port=1;Database=d;Username=u;Password=canary-1b7e;Timeout=2\n", Cancellation);
        foreach (var (name, value) in new[] { ("ConnectionStrings__PromptCanvas", await File.ReadAllTextAsync(secret, Cancellation)), ("ConnectionStrings__PromptCanvas_FILE", secret) })
        {
            var doctor = await CommandLine.RunInAsync(
                data.Place, new Dictionary<string, string> { ["Database__Provider"] = "PostgreSql", [name] = value }, "doctor", "--data", Folder.Root);

            Assert.Equal(1, doctor.ExitCode);
            Assert.Contains("127.0.0.1:1", doctor.OneLine, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", doctor.Output + doctor.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Doctor_NoData_IsBadInput()
    {
        var doctor = await CommandLine.RunInAsync(data.Place, "doctor", "--data", "nowhere");

        Assert.Equal(2, doctor.ExitCode);
        Assert.Contains("There is no studio data in", doctor.OneLine, StringComparison.Ordinal);
    }

    public ValueTask DisposeAsync() => data.DisposeAsync();

    private Task<Outcome> RunAsync(params string[] arguments) => CommandLine.RunInAsync(data.Place, [.. arguments, "--data", Folder.Root]);
}
