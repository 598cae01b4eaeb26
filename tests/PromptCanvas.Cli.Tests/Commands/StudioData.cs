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

/// <summary>The data of a studio: a database of today's schema and the files of its pictures.</summary>
internal sealed class StudioData : IAsyncDisposable
{
    private readonly TemporaryFolder temporary = new();
    private readonly ServiceProvider services;

    public StudioData()
    {
        Folder = new DataFolder(temporary.Path, "data");
        services = new ServiceCollection().AddAppDatabase(_ => new DatabaseChoice(DatabaseProvider.Sqlite, null, Folder.DatabaseFile)).BuildServiceProvider();
    }

    public DataFolder Folder { get; }

    /// <summary>The folder above the data folder, where the studio is run.</summary>
    public string Place => temporary.Path;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));

    /// <summary>Creates the database with one picture of the bytes 1, 2, 3.</summary>
    public async Task<StudioData> PrepareAsync()
    {
        Folder.Prepare();
        await using var database = OpenDatabase();
        await database.UpgradeAsync(Cancellation);
        await AddPictureAsync(database, "first", [1, 2, 3]);
        return this;
    }

    public AppDbContext OpenDatabase() => services.GetRequiredService<IDbContextFactory<AppDbContext>>().CreateDbContext();

    public async ValueTask DisposeAsync()
    {
        await services.DisposeAsync();
        SqliteCopies.Release();
        temporary.Dispose();
    }

    /// <summary>Adds a delivered picture with its charge, as the studio writes them.</summary>
    public async Task AddPictureAsync(AppDbContext database, string prompt, byte[] bytes)
    {
        var person = Guid.NewGuid();
        var hash = Hash(bytes);
        foreach (var file in new[] { Folder.PictureFile(hash), Folder.ThumbnailFile(hash) })
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
