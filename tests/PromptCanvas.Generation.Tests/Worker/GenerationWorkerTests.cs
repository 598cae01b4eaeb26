using System.Security.Cryptography;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Generation.Library;
using PromptCanvas.Generation.Previews;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;
using PromptCanvas.Generation.Worker;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.Png;

namespace PromptCanvas.Generation.Tests.Worker;

public sealed class GenerationWorkerTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly Studio studio;

    public GenerationWorkerTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Worker_QueuedJob_StoresEveryPictureUnderItsHash()
    {
        await studio.StartAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox()), JobState.Done);

        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Done, image.State));
        await using var database = studio.OpenDatabase();
        var images = await database.Pictures.OrderBy(image => image.ImageIndex).ToListAsync(Cancellation);
        Assert.Equal([7L, 8L], images.Select(image => image.Seed));
        Assert.Equal([1.5f, -2], Enumerable.Range(0, 2).Select(index => BitConverter.ToSingle(images[0].ImageEmbedding, index * sizeof(float))));
        Assert.Equal("""{"prior":0.5,"decoder":1.5}""", images[0].Timings);
        foreach (var image in images)
        {
            var path = Path.Combine(studio.Folder.Images, image.ContentHash[..2], image.ContentHash[2..4], image.ContentHash + ".png");
            Assert.Equal(image.ContentHash, Convert.ToHexStringLower(SHA256.HashData(await File.ReadAllBytesAsync(path, Cancellation))));
        }

        Assert.Empty(Directory.EnumerateFiles(studio.Folder.Temporary));
    }

    [Fact]
    public async Task Worker_FinishedPicture_IsServedWithItsMetadataAndThumbnail()
    {
        await studio.StartAsync();
        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox(count: 1)), JobState.Done);
        var id = Assert.NotNull(job.Images[0].ImageId);

        var png = await ReadAsync(await studio.Get<IPictureStore>().OpenContentAsync(id, Cancellation), "image/png");
        var thumbnail = await ReadAsync(await studio.Get<IPictureStore>().OpenThumbnailAsync(id, Cancellation), "image/webp");

        var text = Assert.IsType<PictureText>(PictureText.Read(png));
        Assert.Equal(("a fox 🦊 in the snow", 7u, "starter"), (text.Prompt, text.Seed, text.Model));
        Assert.Contains("\"decoderSteps\":2", text.Recipe, StringComparison.Ordinal);
        Assert.Equal(64, PictureDecoder.Decode(png).Width);
        Assert.Equal(64, PictureDecoder.Decode(thumbnail).Width);
        Assert.Null(await studio.Get<IPictureStore>().OpenContentAsync(Guid.NewGuid(), Cancellation));
    }

    [Fact]
    public async Task Worker_SizeTheEngineDidNotMake_IsEnlarged()
    {
        await studio.StartAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox(count: 1) with { Size = 256 }), JobState.Done);

        var picture = await studio.Get<IPictureQueries>().FindPictureAsync(Studio.Somebody, job.Images[0].ImageId!.Value, Cancellation);
        Assert.Equal((256, 256), (picture!.Width, picture.Height));
    }

    [Fact]
    public async Task Worker_OnePictureNotANumber_FailsAlone()
    {
        studio.Engine.NotANumber = index => index == 1;
        await studio.StartAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox(count: 3)), JobState.Done);

        Assert.Equal([JobPictureState.Done, JobPictureState.Failed, JobPictureState.Done], job.Images.Select(image => image.State));
        Assert.Equal("The picture came out as not a number.", job.Images[1].Error);
        Assert.Null(job.Error);
    }

    [Fact]
    public async Task Worker_EveryPictureFails_FailsTheJobWithTheReason()
    {
        studio.Engine.NotANumber = _ => true;
        await studio.StartAsync();

        var job = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox()), JobState.Failed);

        Assert.Equal("The picture came out as not a number.", job.Error);
    }

    [Fact]
    public async Task Worker_EngineThrows_FailsThatJobAndGoesOn()
    {
        studio.Engine.BeforeImage = (request, index, _) =>
            request.Prompt == "bad" && index == 1 ? throw new InvalidOperationException("boom") : Task.CompletedTask;
        await studio.StartAsync();

        var bad = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox("bad") with { Prompt = "bad", Count = 3 }), job => job.State is JobState.Done or JobState.Failed);
        var good = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox("good")), JobState.Done);

        Assert.Equal([JobPictureState.Done, JobPictureState.Failed, JobPictureState.Failed], bad.Images.Select(image => image.State));
        Assert.DoesNotContain("boom", bad.Images[1].Error, StringComparison.Ordinal);
        Assert.Equal(2, good.Images.Count(image => image.State == JobPictureState.Done));
    }

    [Fact]
    public async Task Worker_WeightsThatCannotBeLoaded_FailTheJobWithTheReasonAndOthersGoOn()
    {
        const string Reason = "models/karlo/prior/model.safetensors was changed or removed after the model was opened.";
        studio.Engine.BeforeImage = (request, _, _) => request.Prompt == "bad" ? throw new ModelException(Reason) : Task.CompletedTask;
        await studio.StartAsync();

        var bad = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox("bad") with { Prompt = "bad" }), JobState.Failed);
        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox("good")), JobState.Done);

        // People read which model it is; paths and details are in the log.
        var shown = ModelUnavailable.Of("starter").Message;
        Assert.Equal(shown, bad.Error);
        Assert.All(bad.Images, image => Assert.Equal((JobPictureState.Failed, shown), (image.State, image.Error)));
    }

    [Fact]
    public async Task Worker_PreviewsCannotBeShown_MakesThePicturesAllTheSame()
    {
        await using var blind = new Studio(folder.File("blind"), change: services => services.AddSingleton<IPreviewBus, BrokenBus>());
        await blind.StartAsync();

        var job = await blind.WaitAsync(await blind.SubmitAsync(TestRequests.Fox()), job => job.State is JobState.Done or JobState.Failed);

        Assert.Equal(JobState.Done, job.State);
    }

    [Fact]
    public async Task Worker_SeveralJobs_AreClaimedInOrderAndShareTheEngine()
    {
        await using var four = new Studio(folder.Path, settings: new() { ["Generation:ConcurrentJobs"] = "4" });
        var gate = new Gate();
        four.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await four.PrepareAsync();
        var ids = new List<Guid>();
        for (var number = 0; number < 6; number++)
        {
            ids.Add(await four.SubmitAsync(TestRequests.Fox($"key {number}", count: 1) with { Prompt = $"fox {number}" }));
            four.Clock.Advance(TimeSpan.FromMilliseconds(1));
        }

        Assert.Equal([1, 2, 3, 4, 5, 6], (await four.Queries.ActiveAsync(Cancellation)).Select(job => job.Position!.Value));
        await four.StartAsync();
        foreach (var id in ids.Take(4))
        {
            await four.WaitAsync(id, JobState.Running);
        }

        Assert.Equal([1, 2], (await four.Queries.ActiveAsync(Cancellation)).Where(job => job.Position is not null).Select(job => job.Position!.Value));
        gate.Open();
        foreach (var id in ids)
        {
            await four.WaitAsync(id, JobState.Done);
        }

        await using var database = four.OpenDatabase();
        Assert.True(await database.Jobs.AllAsync(job => job.Attempt == 1 && job.Fence == 1 && job.StartedAt != null && job.FinishedAt != null, Cancellation));
    }

    [Fact]
    public async Task CancelAsync_Running_KeepsFinishedPicturesAndStopsTheRest()
    {
        var gate = new Gate();
        var freed = new TaskCompletionSource();
        studio.Engine.BeforeImage = async (_, index, token) =>
        {
            if (index == 1)
            {
                await gate.PassAsync(token).ContinueWith(_ => freed.TrySetResult(), TaskScheduler.Default);
            }
        };
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox(count: 3));
        await studio.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);

        var cancelled = await studio.CancelAsync(id);
        await freed.Task.WaitAsync(TimeSpan.FromSeconds(60), Cancellation);

        Assert.Equal(JobState.Cancelled, cancelled.State);
        Assert.Equal([JobPictureState.Done, JobPictureState.Cancelled, JobPictureState.Cancelled], cancelled.Images.Select(image => image.State));
        await studio.StopAsync();
        Assert.Equal(cancelled.Images, (await studio.FindAsync(id)).Images);
    }

    [Fact]
    public async Task CancelAsync_BetweenClaimAndRun_NeverReachesTheEngine()
    {
        await studio.PrepareAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox());
        var claim = Assert.Single(await studio.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));
        Assert.Equal(JobState.Cancelled, (await studio.CancelAsync(id)).State);

        await studio.Get<JobRunner>().RunAsync(claim, Cancellation);

        Assert.Empty(studio.Engine.Requests);
        Assert.Equal(JobState.Cancelled, (await studio.FindAsync(id)).State);
    }

    [Fact]
    public async Task Run_FaultBeforeTheEngine_FailsTheJobInsteadOfLeavingItRunning()
    {
        await using var faulty = await new Studio(folder.File("faulty"), change: FaultyDatabases.Insert).PrepareAsync();
        var id = await faulty.SubmitAsync(TestRequests.Fox());
        var claim = Assert.Single(await faulty.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));
        faulty.Get<FaultyDatabases>().FailNext();

        await faulty.Get<JobRunner>().RunAsync(claim, Cancellation);

        var job = await faulty.FindAsync(id);
        Assert.Equal((JobState.Failed, "The studio failed on this request; the administrator finds the reason in the log."), (job.State, job.Error));
        Assert.All(job.Images, image => Assert.Equal(JobPictureState.Failed, image.State));
    }

    [Fact]
    public async Task Run_FaultWhenTheEndIsWritten_EndsTheJobWithWhatIsDone()
    {
        await using var faulty = await new Studio(folder.File("faulty"), change: FaultyDatabases.Insert).PrepareAsync();
        var id = await faulty.SubmitAsync(TestRequests.Fox(count: 2));
        var claim = Assert.Single(await faulty.Get<JobClaims>().ClaimAsync(1, alone: true, Cancellation));
        faulty.Engine.BeforeImage = async (_, index, _) =>
        {
            if (index == 1)
            {
                await faulty.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);

                // Only the job's end remains to be written.
                faulty.Get<FaultyDatabases>().FailNext();
                throw new InvalidOperationException("boom");
            }
        };

        await faulty.Get<JobRunner>().RunAsync(claim, Cancellation);

        var job = await faulty.FindAsync(id);
        Assert.Equal(JobState.Done, job.State);
        Assert.Equal([JobPictureState.Done, JobPictureState.Failed], job.Images.Select(image => image.State));
    }

    [Fact]
    public async Task Worker_Overrides_ReachTheEngineAsTheyWereAsked()
    {
        var overrides = new RecipeOverrides { PriorSteps = 5, DecoderGuidance = 2.5, Conditioning = ConditioningMode.TextEmbedding };
        await studio.StartAsync();

        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox() with { Overrides = overrides }), JobState.Done);

        Assert.Equal(overrides, Assert.Single(studio.Engine.Requests).Overrides);
    }

    [Fact]
    public async Task CancelAsync_Done_ChangesNothing()
    {
        await studio.StartAsync();
        var done = await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox()), JobState.Done);

        var view = await studio.CancelAsync(done.Id);

        Assert.Equal(JobState.Done, view.State);
        Assert.Equal(done.Images, view.Images);
    }

    [Fact]
    public async Task FindAsync_AfterAMeasuredPicture_EstimatesTheTime()
    {
        await studio.StartAsync();
        await studio.WaitAsync(await studio.SubmitAsync(TestRequests.Fox("first")), JobState.Done);
        var gate = new Gate();
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);

        var running = await studio.SubmitAsync(TestRequests.Fox("second", count: 2));
        await gate.Reached;

        // 2 seconds per picture; half of one picture is done.
        Assert.Equal(3.0, (await studio.FindAsync(running)).EtaSeconds);
        gate.Open();
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private static async Task<byte[]> ReadAsync(StoredContent? content, string contentType)
    {
        Assert.NotNull(content);
        Assert.Equal(contentType, content.ContentType);
        await using var stream = content.Stream;
        using var bytes = new MemoryStream();
        await stream.CopyToAsync(bytes, Cancellation);
        Assert.Equal(content.Length, bytes.Length);
        Assert.Equal($"\"{Convert.ToHexStringLower(SHA256.HashData(bytes.ToArray()))}\"", content.ETag);
        return bytes.ToArray();
    }

    private sealed class BrokenBus : IPreviewBus
    {
        public bool HasWatchers(Guid jobId) => true;

        public void Publish(PreviewFrame frame) => throw new InvalidOperationException("unexpected");

        public IAsyncEnumerable<PreviewFrame> WatchAsync(Guid jobId, CancellationToken cancellationToken) => throw new NotSupportedException();
    }
}
