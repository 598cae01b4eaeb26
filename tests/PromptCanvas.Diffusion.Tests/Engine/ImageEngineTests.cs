using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;

namespace PromptCanvas.Diffusion.Tests.Engine;

public sealed class ImageEngineTests
{
    /// <summary>Time after which a waiting test fails.</summary>
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task GenerateAsync_FourPictures_EachHasItsOwnSeedAndSize()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var pictures = await CompletedAsync(engine, Request(seed: uint.MaxValue, count: 4, size: FakeModel.LargeSize));

        Assert.Equal([uint.MaxValue, 0u, 1u, 2u], pictures.Select(picture => picture.Seed));
        Assert.All(pictures, picture => Assert.Equal(FakeModel.LargeSize, picture.Image.Width));
        Assert.Equal(4, pictures.Select(picture => picture.Image.Values[0]).Distinct().Count());
        Assert.All(pictures, picture => Assert.Equal(FakeModel.EmbeddingSize, picture.ImageEmbedding.Length));
    }

    [Fact]
    public async Task GenerateAsync_Steps_AreCompleteInOrderAndProgressEndsAtOne()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var events = await CollectAsync(engine, Request(count: 2, size: FakeModel.LargeSize));

        foreach (var index in new[] { 0, 1 })
        {
            var steps = events.OfType<StepCompleted>().Where(step => step.ImageIndex == index).ToList();
            Assert.Equal(
                [
                    .. Enumerable.Range(1, 3).Select(step => (GenerationStage.Prior, step)),
                    .. Enumerable.Range(1, 6).Select(step => (GenerationStage.Decoder, step)),
                    .. Enumerable.Range(1, 2).Select(step => (GenerationStage.SuperResolution256, step)),
                    .. Enumerable.Range(1, 2).Select(step => (GenerationStage.SuperResolution1024, step)),
                ],
                steps.Select(step => (step.Stage, step.Step)));
            Assert.True(steps.Zip(steps.Skip(1)).All(pair => pair.First.Progress < pair.Second.Progress));
            Assert.Equal(1, steps[^1].Progress, 1e-9);
            Assert.IsType<ImageCompleted>(events.Last(value => value.ImageIndex == index));
        }
    }

    [Fact]
    public async Task GenerateAsync_Watched_EveryPictureStepShowsThePredictedPicture()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var steps = (await CollectAsync(engine, Request(count: 1, size: FakeModel.MiddleSize))).OfType<StepCompleted>().ToList();

        Assert.All(steps.Where(step => step.Stage == GenerationStage.Prior), step => Assert.Null(step.PredictedImage));
        Assert.All(steps.Where(step => step.Stage == GenerationStage.Decoder), step => Assert.Equal(FakeModel.ImageSize, step.PredictedImage!.Width));
        Assert.All(steps.Where(step => step.Stage == GenerationStage.SuperResolution256), step => Assert.Equal(FakeModel.MiddleSize, step.PredictedImage!.Width));
    }

    [Fact]
    public async Task GenerateAsync_NobodyWatches_NoPictureIsCopied()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var events = await CollectAsync(engine, Request(count: 1) with { PreviewsWanted = _ => false });

        Assert.All(events.OfType<StepCompleted>(), step => Assert.Null(step.PredictedImage));
    }

    [Fact]
    public async Task GenerateAsync_LastStepsPreview_IsTheStagesPicture()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var events = await CollectAsync(engine, Request(count: 1, size: FakeModel.ImageSize));

        var last = events.OfType<StepCompleted>().Last();
        Assert.Equal(events.OfType<ImageCompleted>().Single().Image.Values, last.PredictedImage!.Values);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task GenerateAsync_InRandomCompany_GivesTheSamePictureBitForBit(int companySeed)
    {
        using var alone = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var expected = (await CompletedAsync(alone, Request(seed: 7, count: 2))).Select(picture => picture.Image.Values).ToList();
        using var crowded = new ImageEngine(new FakeModel().Model, new EngineOptions { MaxBatch = 5, MaxLanes = 6 });
#pragma warning disable RS0030 // Seeded: the batch is random, the test is not.
        var random = new Random(companySeed);
#pragma warning restore RS0030
        var company = Enumerable.Range(0, 6).Select(person => CompletedAsync(
            crowded, Request($"{(char)random.Next('a', 'z')}{person}", (uint)random.Next(), random.Next(1, 4)) with { Person = $"{person % 3}" })).ToList();

        var actual = await CompletedAsync(crowded, Request(seed: 7, count: 2) with { Person = "me" });
        await Task.WhenAll(company);

        Assert.Equal(expected[0], actual[0].Image.Values);
        Assert.Equal(expected[1], actual[1].Image.Values);
    }

    [Fact]
    public async Task GenerateAsync_OnlyTheMissingPictures_AreTheSameAsInAWholeRun()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var whole = await CompletedAsync(engine, Request(seed: 3, count: 4));

        var resumed = await CompletedAsync(engine, Request(seed: 3, count: 4) with { ImageIndices = [1, 3] });

        Assert.Equal([1, 3], resumed.Select(picture => picture.ImageIndex));
        Assert.Equal(whole[1].Image.Values, resumed[0].Image.Values);
        Assert.Equal(whole[3].Image.Values, resumed[1].Image.Values);
    }

    [Fact]
    public async Task GenerateAsync_OnePictureIsNotANumber_FailsAlone()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions(), new PoisonedNoise(poisonedSeed: 11));

        var events = await CollectAsync(engine, Request(seed: 10, count: 3));

        var failure = Assert.Single(events.OfType<ImageFailed>());
        Assert.Equal(11u, failure.Seed);
        Assert.Contains("not a number", failure.Reason, StringComparison.Ordinal);
        Assert.Equal([10u, 12u], events.OfType<ImageCompleted>().Select(picture => picture.Seed).Order());
        Assert.True(failure.OfItsSeed);
    }

    [Fact]
    public async Task GenerateAsync_AllBlackPicture_Fails()
    {
        var fake = new FakeModel { DecoderIsBlack = true };
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var failure = Assert.Single((await CollectAsync(engine, Request(count: 1))).OfType<ImageFailed>());

        Assert.Contains("all-black", failure.Reason, StringComparison.Ordinal);
        Assert.True(failure.OfItsSeed);
    }

    [Fact]
    public async Task GenerateAsync_ANetworkFaults_ItsReaderSeesTheFaultAndTheEngineGoesOn()
    {
        var fake = new FakeModel();
        fake.Decoder.BeforeRun = (run, _) =>
        {
            if (run == 2)
            {
                throw new InvalidOperationException("device lost");
            }
        };
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => CollectAsync(engine, Request(count: 1)));
        fake.Decoder.BeforeRun = null;

        Assert.Equal("device lost", fault.Message);
        Assert.Single(await CompletedAsync(engine, Request(count: 1)));
    }

    [Fact]
    public async Task GenerateAsync_Cancelled_RunsNoFurtherStep()
    {
        var fake = new FakeModel();
        using var cancelling = new CancellationTokenSource();
        fake.Decoder.BeforeRun = (run, _) =>
        {
            if (run == 1)
            {
                cancelling.Cancel();
            }
        };
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CollectUntilAsync(engine, Request(count: 2), cancelling.Token));
        await CompletedAsync(engine, Request(count: 1));

        // Two rows in the first step; the second, in which the cancel came, ends in its middle; then the rows of the next request alone.
        Assert.Equal(2 + (6 + 2), fake.Decoder.Rows.Sum());
    }

    [Fact]
    public async Task GenerateAsync_ReaderLeaves_ItsPicturesAreDropped()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        await foreach (var value in engine.GenerateAsync(Request(count: 4), Token))
        {
            break;
        }

        var picture = Assert.Single(await CompletedAsync(engine, Request(count: 1)));
        Assert.Equal(FakeModel.ImageSize, picture.Image.Width);
    }

    [Fact]
    public async Task Dispose_RequestUnderWay_EndsAsCancelled()
    {
        var fake = new FakeModel();
        using var running = new ManualResetEventSlim();
        fake.Decoder.BeforeRun = (_, stopping) =>
        {
            running.Set();
            Assert.True(stopping.WaitHandle.WaitOne(Patience));
        };
        var engine = new ImageEngine(fake.Model, new EngineOptions());
        var reading = CollectAsync(engine, Request(count: 1));
        Assert.True(running.Wait(Patience, Token));

        engine.Dispose();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task GenerateAsync_FirstReadAfterDispose_IsRefused(bool ranBefore)
    {
        var fake = new FakeModel();
        var engine = new ImageEngine(fake.Model, new EngineOptions());
        if (ranBefore)
        {
            await CompletedAsync(engine, Request());
        }

        var runs = fake.TextEncoder.Rows.Count;
        var events = engine.GenerateAsync(Request(), Token);
        engine.Dispose();

        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await events.GetAsyncEnumerator(Token).MoveNextAsync());

        Assert.Equal(runs, fake.TextEncoder.Rows.Count);
    }

    [Fact]
    public async Task GenerateAsync_CancelledWhileUpsampling_FreesEveryLane()
    {
        var fake = new FakeModel();
        using var cancelling = new CancellationTokenSource();
        fake.Second.BeforeRun = (run, _) =>
        {
            if (run == 0)
            {
                cancelling.Cancel();
            }
        };
        using var engine = new ImageEngine(fake.Model, new EngineOptions { MaxLanes = 2, MaxBatch = 1 });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(
            () => CollectUntilAsync(engine, Request(count: 4, size: FakeModel.LargeSize), cancelling.Token));
        var next = await CompletedAsync(engine, Request(count: 2, size: FakeModel.LargeSize));

        // The step in which the cancel came ended in its middle; then two steps for each of the next request's pictures, nothing of the first.
        Assert.Equal(2, next.Count);
        Assert.Equal(4, fake.Second.Rows.Count);
    }

    [Fact]
    public async Task GenerateAsync_InvalidRequest_ThrowsBeforeAnyWork()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        await Assert.ThrowsAsync<ArgumentException>(() => CollectAsync(engine, Request("")));

        Assert.Empty(fake.TextEncoder.Rows);
    }

    internal static GenerationRequest Request(string prompt = "abc", uint seed = 1, int count = 1, int size = FakeModel.ImageSize) =>
        new() { Prompt = prompt, Seed = seed, Count = count, Size = size };

    internal static Task<List<GenerationEvent>> CollectAsync(IImageEngine engine, GenerationRequest request) => CollectUntilAsync(engine, request, Token);

    internal static async Task<List<GenerationEvent>> CollectUntilAsync(IImageEngine engine, GenerationRequest request, CancellationToken cancellationToken)
    {
        var events = new List<GenerationEvent>();
        await foreach (var value in engine.GenerateAsync(request, cancellationToken))
        {
            events.Add(value);
        }

        return events;
    }

    internal static async Task<List<ImageCompleted>> CompletedAsync(IImageEngine engine, GenerationRequest request) =>
        [.. (await CollectAsync(engine, request)).OfType<ImageCompleted>().OrderBy(picture => picture.ImageIndex)];

    private sealed class PoisonedNoise(uint poisonedSeed) : INoiseSource
    {
        private readonly PhiloxNoiseSource noise = new();

        public void Fill(Span<float> destination, uint seed, GenerationStage stage, int step)
        {
            noise.Fill(destination, seed, stage, step);
            if (seed == poisonedSeed && stage == GenerationStage.Decoder)
            {
                destination[5] = float.NaN;
            }
        }
    }
}
