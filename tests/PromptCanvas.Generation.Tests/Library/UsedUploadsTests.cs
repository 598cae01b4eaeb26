using Microsoft.EntityFrameworkCore;
using PromptCanvas.Data;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Requests;
using PromptCanvas.Generation.Requests.Operations;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Library;

/// <summary>Retention of uploads that a job has used.</summary>
public sealed class UsedUploadsTests(PostgresServer server) : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public static TheoryData<DatabaseProvider> Both => Databases.Both;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Sweep_OfAnUpload_WaitsForItsJobAndForThePicturesMadeFromIt(DatabaseProvider provider)
    {
        // No watchdog: days pass while the engine is blocked.
        await using var studio = new Studio(folder.Path, settings: (await server.SettingsAsync(provider)).With("Generation:HangLimit", "00:00:00"));
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        var somebody = await studio.PersonAsync();
        var used = await studio.UploadAsync(somebody, Pictures.Noise(64, 64, seed: 1));
        var unused = await studio.UploadAsync(somebody, Pictures.Noise(64, 64, seed: 2));
        var id = await studio.SubmitAsync(new NewJob { IdempotencyKey = "key", PersonId = somebody.PersonId, Operation = new VaryOperation(used), Count = 1, Size = 64, Seed = 7 });
        await gate.Reached;

        // Two days later the job still runs, and the unused upload is gone.
        studio.Clock.Advance(TimeSpan.FromDays(2));
        // The studio's daily sweep may have removed it already.
        await SweepAsync(studio);
        Assert.Equal([used], await LeftAsync(studio));
        Assert.NotEqual(unused, used);
        gate.Open();
        var job = await studio.WaitAsync(id, JobState.Done);

        // A picture made from it is in the gallery, later in the trash.
        studio.Clock.Advance(TimeSpan.FromDays(60));
        await SweepAsync(studio);
        Assert.Equal([used], await LeftAsync(studio));
        Assert.Equal(1, await studio.Get<ILibrary>().DeleteAsync(somebody, [job.Images[0].ImageId!.Value], Cancellation));
        studio.Clock.Advance(TimeSpan.FromDays(29));
        await studio.Get<Trash>().EmptyAsync(Cancellation);
        await SweepAsync(studio);
        Assert.Equal([used], await LeftAsync(studio));

        // After the trash is purged, neither row nor file is needed any more.
        studio.Clock.Advance(TimeSpan.FromDays(2));
        await studio.Get<Trash>().EmptyAsync(Cancellation);
        await SweepAsync(studio);
        await studio.Get<Orphans>().SweepAsync(Cancellation);
        Assert.Empty(await LeftAsync(studio));
        Assert.Empty(Directory.EnumerateFiles(studio.Folder.Images, "*", SearchOption.AllDirectories));
        await studio.ConsistentAsync();
    }

    [Theory]
    [MemberData(nameof(Both))]
    public async Task Sweep_OfAnUploadWhoseJobGaveNothing_WaitsUntilItIsADayOld(DatabaseProvider provider)
    {
        await using var studio = await new Studio(folder.Path, settings: await server.SettingsAsync(provider)).PrepareAsync();
        var somebody = await studio.PersonAsync();
        var upload = await studio.UploadAsync(somebody, Pictures.Noise(64, 64, seed: 1));
        await studio.CancelAsync(await studio.SubmitAsync(
            new NewJob { IdempotencyKey = "key", PersonId = somebody.PersonId, Operation = new VaryOperation(upload), Count = 1, Size = 64, Seed = 7 }));

        // The upload stays for a day, so that a cancelled job can be repeated.
        studio.Clock.Advance(TimeSpan.FromHours(23));
        Assert.Equal(0, await SweepAsync(studio));
        studio.Clock.Advance(TimeSpan.FromHours(2));
        Assert.Equal(1, await SweepAsync(studio));
        await studio.ConsistentAsync();
    }

    public void Dispose() => folder.Dispose();

    private static Task<int> SweepAsync(Studio studio) => studio.Get<UsedUploads>().SweepAsync(Cancellation);

    private static async Task<List<Guid>> LeftAsync(Studio studio)
    {
        await using var database = studio.OpenDatabase();
        return await database.Uploads.Select(upload => upload.Id).ToListAsync(Cancellation);
    }
}
