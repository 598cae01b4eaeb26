using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data;
using PromptCanvas.Data.Credits;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Data.Pictures;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Migrations;

namespace PromptCanvas.Cli.Tests.Commands;

public sealed class MaintenanceTests : IAsyncLifetime
{
    private readonly TemporaryFolder temporary = new();
    private readonly DataFolder folder;
    private readonly ServiceProvider services;

    public MaintenanceTests()
    {
        folder = new DataFolder(temporary.Path, "data");
        services = new ServiceCollection().AddAppDatabase(_ => new DatabaseChoice(DatabaseProvider.Sqlite, null, folder.DatabaseFile)).BuildServiceProvider();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        folder.Prepare();
        await using var database = Open();
        await database.UpgradeAsync(Cancellation);
        await AddPictureAsync(database, "first", [1, 2, 3]);
    }

    [Fact]
    public async Task BackupAndRestore_WhileTheDatabaseIsOpen_BringsRowsAndFilesBack()
    {
        // Keep the database open, as a running studio does.
        await using var studio = Open();
        await studio.Database.OpenConnectionAsync(Cancellation);
        var zip = Path.Combine(temporary.Path, "backup.zip");
        Assert.Equal(0, (await RunAsync("backup", zip)).ExitCode);

        await AddPictureAsync(studio, "second", [4, 5, 6]);
        var file = folder.PictureFile(Hash([1, 2, 3]));
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
        await using var database = Open();
        await database.Jobs.ExecuteUpdateAsync(change => change.SetProperty(job => job.State, JobState.Running).SetProperty(job => job.Fence, 3), Cancellation);
        var zip = Path.Combine(temporary.Path, "backup.zip");
        await RunAsync("backup", zip);

        Assert.Equal(0, (await RunAsync("restore", zip)).ExitCode);

        var job = await database.Jobs.AsNoTracking().SingleAsync(Cancellation);
        Assert.Equal((JobState.Queued, true), (job.State, job.Fence > 1000));
    }

    [Fact]
    public async Task Doctor_FileChangedAndLedgerTampered_NamesBoth()
    {
        await File.WriteAllBytesAsync(folder.PictureFile(Hash([1, 2, 3])), [9], Cancellation);
        await using (var database = Open())
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
        var file = Path.Combine(temporary.Path, "no.zip");
        Assert.Contains("There is no file", (await RunAsync("restore", file)).OneLine, StringComparison.Ordinal);
        await File.WriteAllTextAsync(file, "not a zip", Cancellation);

        var refused = await RunAsync("restore", file);

        Assert.Equal(1, refused.ExitCode);
        Assert.Single(refused.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
        await using var database = Open();
        Assert.Equal(1, await database.Jobs.CountAsync(Cancellation));
    }

    [Fact]
    public async Task Doctor_DatabaseThatIsAway_SaysSoInOneLineWithoutItsPassword()
    {
        var secret = Path.Combine(temporary.Path, "connection");
        await File.WriteAllTextAsync(secret, "Host=127.0.0.1;Port=1;Database=d;Username=u;Password=canary-1b7e;Timeout=2\n", Cancellation);
        foreach (var (name, value) in new[] { ("ConnectionStrings__PromptCanvas", await File.ReadAllTextAsync(secret, Cancellation)), ("ConnectionStrings__PromptCanvas_FILE", secret) })
        {
            var doctor = await CommandLine.RunInAsync(
                temporary.Path, new Dictionary<string, string> { ["Database__Provider"] = "PostgreSql", [name] = value }, "doctor", "--data", folder.Root);

            Assert.Equal(1, doctor.ExitCode);
            Assert.Contains("127.0.0.1:1", doctor.OneLine, StringComparison.Ordinal);
            Assert.DoesNotContain("canary", doctor.Output + doctor.Error, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Doctor_NoData_IsBadInput()
    {
        var doctor = await CommandLine.RunInAsync(temporary.Path, "doctor", "--data", "nowhere");

        Assert.Equal(2, doctor.ExitCode);
        Assert.Contains("There is no studio data in", doctor.OneLine, StringComparison.Ordinal);
    }

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        SqliteCopies.Release();
        temporary.Dispose();
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    private Task<Outcome> RunAsync(params string[] arguments) => CommandLine.RunInAsync(temporary.Path, [.. arguments, "--data", folder.Root]);

    private AppDbContext Open() => services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    /// <summary>Adds a delivered picture with its charge, as the studio writes them.</summary>
    private async Task AddPictureAsync(AppDbContext database, string prompt, byte[] bytes)
    {
        var person = Guid.NewGuid();
        var hash = Hash(bytes);
        foreach (var file in new[] { folder.PictureFile(hash), folder.ThumbnailFile(hash) })
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            await File.WriteAllBytesAsync(file, bytes, Cancellation);
        }

        var job = new Job
        {
            Id = Guid.NewGuid(),
            PersonId = person,
            IdempotencyKey = prompt,
            BodyHash = "",
            Prompt = prompt,
            Model = "starter",
            Size = 64,
            Count = 1,
            Seed = 1,
            Overrides = "{}",
            State = JobState.Done,
            CompletedImages = 1,
            CreatedAt = DateTimeOffset.UnixEpoch,
        };
        var image = new Picture
        {
            Id = Guid.NewGuid(),
            JobId = job.Id,
            ImageIndex = 0,
            PersonId = person,
            ContentHash = hash,
            ThumbnailHash = hash,
            Width = 64,
            Height = 64,
            Seed = 1,
            Prompt = prompt,
            Model = "starter",
            Recipe = "{}",
            Timings = "{}",
            CreatedAt = DateTimeOffset.UnixEpoch,
            ImageEmbedding = [],
        };
        job.Images.Add(new JobPicture { JobId = job.Id, ImageIndex = 0, State = JobPictureState.Done, Seed = 1, ImageId = image.Id });
        database.Add(job);
        database.Add(image);
        database.Quotas.Add(new Quota { PersonId = person, Period = "all", StartsAt = DateTimeOffset.UnixEpoch, Used = 100, Cap = 500, Allowance = 500, Extra = 0 });
        foreach (var (kind, amount, picture) in new[] { (LedgerKinds.Grant, 500, false), (LedgerKinds.Charge, -100, true), (LedgerKinds.Settle, 0, true) })
        {
            database.Ledger.Add(new LedgerEntry
            {
                PersonId = person,
                Period = "all",
                Kind = kind,
                Amount = amount,
                Reason = "Test.",
                At = DateTimeOffset.UnixEpoch,
                JobId = picture ? job.Id : null,
                ImageIndex = picture ? 0 : null,
            });
        }

        await database.SaveChangesAsync(Cancellation);
        database.ChangeTracker.Clear();
    }
}
