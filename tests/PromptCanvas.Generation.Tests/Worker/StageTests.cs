using PromptCanvas.Data.Jobs;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Requests.Editing;
using PromptCanvas.Generation.Storage;
using PromptCanvas.Generation.Tests.Fakes;

namespace PromptCanvas.Generation.Tests.Worker;

/// <summary>Checkpoints of finished stages are kept until the job is over.</summary>
public sealed class StageTests : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private Studio studio;

    public StageTests() => studio = new Studio(folder.Path);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Restart_HalfWay_GoesOnFromTheLastStageBitForBit()
    {
        var gate = new Gate();
        studio.Engine.ReportsStages = true;
        studio.Engine.BeforeImage = (_, index, token) => index == 1 ? gate.PassAsync(token) : Task.CompletedTask;
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox(count: 3));
        await gate.Reached;
        await studio.WaitAsync(id, job => job.Images[0].State == JobPictureState.Done);
        await studio.DisposeAsync();

        studio = new Studio(folder.Path);
        await studio.StartAsync();
        await studio.WaitAsync(id, JobState.Done);

        // The second picture had finished its stages; the third had not started.
        var request = Assert.Single(studio.Engine.Requests);
        Assert.Equal([1, 2], request.ImageIndices!);
        AssertSame(FakeEngine.StageOf(8), Assert.Single(request.Finished!, finished => finished.Key == 1).Value);
        Assert.DoesNotContain(2, request.Finished!.Keys);
        await studio.StopAsync();
        Assert.Empty(Directory.EnumerateFileSystemEntries(studio.Folder.Stages));
    }

    [Theory]
    [InlineData("one", true)]
    [InlineData("another", false)]
    public async Task Restart_WithAnotherModelOfTheSameName_StartsOver(string fingerprint, bool goesOn)
    {
        var gate = new Gate();
        studio.Engine.ReportsStages = true;
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox(count: 1));
        await gate.Reached;
        await studio.DisposeAsync();

        studio = new Studio(folder.Path);
        studio.Engine.Fingerprint = fingerprint;
        await studio.StartAsync();
        await studio.WaitAsync(id, JobState.Done);

        Assert.Equal(goesOn ? 1 : 0, Assert.Single(studio.Engine.Requests).Finished!.Count);
    }

    [Fact]
    public async Task Cancel_HalfWay_LeavesNothing()
    {
        var gate = new Gate();
        studio.Engine.ReportsStages = true;
        studio.Engine.BeforeImage = (_, _, token) => gate.PassAsync(token);
        await studio.StartAsync();
        var id = await studio.SubmitAsync(TestRequests.Fox());
        await gate.Reached;

        await studio.CancelAsync(id);
        await studio.StopAsync();

        Assert.Empty(Directory.EnumerateFileSystemEntries(studio.Folder.Stages));
    }

    [Fact]
    public async Task Load_DamagedFile_IsNothing()
    {
        await studio.PrepareAsync();
        var files = studio.Get<StageFiles>();
        var id = Guid.NewGuid();
        var path = Path.Combine(studio.Folder.Stages, $"{id:N}", "0.stage");
        foreach (var damage in (Func<byte[], byte[]>[])[bytes => bytes[..^40], bytes => [], bytes => [.. bytes[..20], (byte)(bytes[20] ^ 1), .. bytes[21..]]])
        {
            await files.SaveAsync(id, 0, "one", FakeEngine.StageOf(3), Cancellation);
            AssertSame(FakeEngine.StageOf(3), (await files.LoadAsync(id, 0, "one", Cancellation))!);
            await File.WriteAllBytesAsync(path, damage(await File.ReadAllBytesAsync(path, Cancellation)), Cancellation);

            Assert.Null(await files.LoadAsync(id, 0, "one", Cancellation));
        }
    }

    [Fact]
    public async Task EditAsync_Extension_GoesOnAfterItsPaintedFramesBitForBit()
    {
        var engine = new FakeEngine { ReportsStages = true };
        Assert.True(EditPlan.Extend(Pictures.Noise(50, 40, seed: 5), new Extension(100, 0, 0, 0)).TryGet(out var plan, out _));
        var request = new GenerationRequest { Prompt = "a cube", Seed = 7, Count = 1, Size = 64, ReportsStages = true };
        var events = await EventsAsync(engine, plan, request);
        var whole = Assert.Single(events.OfType<ImageCompleted>());

        Assert.InRange(plan.Frames.Count, 2, 8);
        foreach (var stage in events.OfType<StageCompleted>())
        {
            var later = new FakeEngine();
            var resumed = await EventsAsync(later, plan, request with { Finished = new Dictionary<int, StageResult> { [0] = stage.Result } });

            var picture = Assert.Single(resumed.OfType<ImageCompleted>());
            Assert.Equal(whole.Image.Values, picture.Image.Values);
            Assert.Equal(plan.Frames.Count - stage.Result.Frame, later.Requests.Count);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await studio.DisposeAsync();
        folder.Dispose();
    }

    private static async Task<List<GenerationEvent>> EventsAsync(FakeEngine engine, EditPlan plan, GenerationRequest request)
    {
        var events = new List<GenerationEvent>();
        await foreach (var happened in PictureEditor.EditAsync(engine, plan, request, Cancellation))
        {
            events.Add(happened);
        }

        return events;
    }

    private static void AssertSame(StageResult expected, StageResult actual)
    {
        Assert.Equal((expected.Stage, expected.Frame), (actual.Stage, actual.Frame));
        Assert.Equal(expected.ImageEmbedding.Select(BitConverter.SingleToInt32Bits), actual.ImageEmbedding.Select(BitConverter.SingleToInt32Bits));
        Assert.Equal(Bits(expected.Picture), Bits(actual.Picture));
        Assert.Equal(expected.Timings, actual.Timings);
    }

    private static IEnumerable<int> Bits(SignedImage? picture) => picture?.Values.Select(BitConverter.SingleToInt32Bits) ?? [];
}
