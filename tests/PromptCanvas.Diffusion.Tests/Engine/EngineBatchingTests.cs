using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Images;
using static PromptCanvas.Diffusion.Tests.Engine.ImageEngineTests;

namespace PromptCanvas.Diffusion.Tests.Engine;

public sealed class EngineBatchingTests
{
    [Fact]
    public async Task GenerateAsync_GuidanceInterval_DoublesTheRowsOnlyInside()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        await CompletedAsync(engine, Request(count: 2));

        Assert.Equal([4, 4, 4], fake.Prior.Rows);
        Assert.Equal([2, 2, 4, 4, 2, 2], fake.Decoder.Rows);
    }

    [Fact]
    public async Task GenerateAsync_MoreRowsThanABatchHolds_AreSplit()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions { MaxBatch = 3 });

        await CompletedAsync(engine, Request(count: 4));

        Assert.All(fake.Decoder.Rows, rows => Assert.InRange(rows, 1, 3));
        Assert.Equal(4 * (6 + 2), fake.Decoder.Rows.Sum());
    }

    [Fact]
    public async Task GenerateAsync_LastRunOfEachNetwork_GivesItsScratchBack()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions { MaxBatchPixels = FakeModel.LargeSize * FakeModel.LargeSize, MaxLanes = 2 });

        await CompletedAsync(engine, Request(count: 3, size: FakeModel.LargeSize));

        Assert.All(
            new[] { fake.Prior, fake.Decoder, fake.First, fake.Second },
            network => Assert.Equal([network.Rows.Count - 1], network.Releases));
        Assert.Equal(fake.Second.Rows.Count, fake.Second.Recycled);
    }

    [Fact]
    public async Task GenerateAsync_StoppedPicture_GivesTheScratchBackOnceTheEngineRests()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        using var stop = new CancellationTokenSource();
        fake.First.BeforeRun = (_, _) => stop.Cancel();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => CollectUntilAsync(engine, Request(count: 1, size: FakeModel.LargeSize), stop.Token));

        // The engine's thread comes to rest a moment later.
        while (fake.First.ReleasedAtRest == 0)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(10), TestContext.Current.CancellationToken);
        }

        Assert.Equal((0, 0, 0), (fake.Prior.ReleasedAtRest, fake.Decoder.ReleasedAtRest, fake.Second.ReleasedAtRest));
        fake.First.BeforeRun = null;
        await CompletedAsync(engine, Request(count: 1, size: FakeModel.LargeSize));
        Assert.Equal(1, fake.First.ReleasedAtRest);
    }

    [Fact]
    public async Task GenerateAsync_LargePictures_ShareABatchByPixels()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions { MaxBatchPixels = 2 * FakeModel.MiddleSize * FakeModel.MiddleSize });

        await CompletedAsync(engine, Request(count: 4, size: FakeModel.LargeSize));

        Assert.Equal(2, fake.First.Rows.Max());
        Assert.Equal(1, fake.Second.Rows.Max());
    }

    [Fact]
    public async Task GenerateAsync_LanesAreLimited_OtherPicturesWaitTheirTurn()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions { MaxLanes = 2 });

        var pictures = await CompletedAsync(engine, Request(count: 5));

        Assert.Equal(5, pictures.Count);
        Assert.InRange(fake.Decoder.Rows.Max(), 1, 2 * 2);
        Assert.Equal(5 * (6 + 2), fake.Decoder.Rows.Sum());
    }

    [Fact]
    public async Task GenerateAsync_RequestArrivesDuringLateStages_GetsAPreviewBeforeTheyContinue()
    {
        var fake = new FakeModel();
        using var lateStage = new ManualResetEventSlim();
        using var arrived = new ManualResetEventSlim();
        var order = new List<string>();
        fake.Second.BeforeRun = (run, _) =>
        {
            order.Add("first person's upsampler");
            if (run == 0)
            {
                lateStage.Set();
                Assert.True(arrived.Wait(Patience, TestContext.Current.CancellationToken));
            }
        };
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        var first = CompletedAsync(engine, Request(count: 3, size: FakeModel.LargeSize) with { Person = "first" });
        Assert.True(lateStage.Wait(Patience, TestContext.Current.CancellationToken));

        fake.Decoder.BeforeRun = (_, _) => order.Add("second person's decoder");

        // The stream queues its request before it first waits.
        var second = CompletedAsync(engine, Request("xyz", count: 1) with { Person = "second" });
        arrived.Set();
        await Task.WhenAll(first, second);

        Assert.Equal("first person's upsampler", order[0]);
        Assert.Equal("second person's decoder", order[1]);
    }

    [Fact]
    public async Task GenerateAsync_NothingKnown_MaskedInputIsZero()
    {
        var fake = new FakeModel(maskedInput: true);
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var picture = Assert.Single(await CompletedAsync(engine, Request()));

        const int pixels = FakeModel.ImageSize * FakeModel.ImageSize;
        Assert.Equal(FakeModel.ImageSize, picture.Image.Width);
        Assert.All(fake.DecoderSamples, sample =>
        {
            for (var row = 0; row < sample.Length / (7 * pixels); row++)
            {
                Assert.All(sample.AsSpan(((row * 7) + 3) * pixels, 4 * pixels).ToArray(), value => Assert.Equal(0, value));
            }
        });
    }

    [Fact]
    public async Task GenerateAsync_CaptionTokensOff_DecoderReadsTheEmptyPrompt()
    {
        var withCaption = new FakeModel();
        var without = new FakeModel(FakeModel.DefaultRecipe with { CaptionTokens = false });
        using var first = new ImageEngine(withCaption.Model, new EngineOptions());
        using var second = new ImageEngine(without.Model, new EngineOptions());

        await CompletedAsync(first, Request());
        await CompletedAsync(second, Request());

        var rows = withCaption.ProjectedTexts.Single().Chunk(FakeModel.EmbeddingSize).ToArray();
        Assert.NotEqual(rows[0], rows[1]);
        rows = without.ProjectedTexts.Single().Chunk(FakeModel.EmbeddingSize).ToArray();
        Assert.Equal(rows[0], rows[1]);
    }

    [Theory]
    [InlineData(ConditioningMode.DiffusionPrior, 3, 0)]
    [InlineData(ConditioningMode.TextEmbedding, 0, 0)]
    [InlineData(ConditioningMode.CaptionOnly, 0, 1)]
    public async Task GenerateAsync_Conditioning_DecidesWhetherThePriorRunsAndTheImageIsNull(ConditioningMode mode, int priorRuns, long nullImage)
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var events = await CollectAsync(engine, Request() with { Overrides = new RecipeOverrides { Conditioning = mode } });

        Assert.Equal(priorRuns, fake.Prior.Rows.Count);
        Assert.Equal([1, nullImage], fake.NullImages.Single());
        Assert.Equal(1, events.OfType<StepCompleted>().Last().Progress, 1e-9);
    }

    [Fact]
    public async Task GenerateAsync_NegativePrompt_ChangesThePicture()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var plain = Assert.Single(await CompletedAsync(engine, Request()));
        var steered = Assert.Single(await CompletedAsync(engine, Request() with { NegativePrompt = "q" }));
        var blank = Assert.Single(await CompletedAsync(engine, Request() with { NegativePrompt = " " }));

        Assert.NotEqual(plain.Image.Values, steered.Image.Values);
        Assert.Equal(plain.Image.Values, blank.Image.Values);
    }

    [Theory]
    [InlineData(64)]
    [InlineData(512)]
    public async Task GenerateAsync_LargerThanTheModelMakes_IsEnlarged(int size)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var picture = Assert.Single(await CompletedAsync(engine, Request(size: size)));

        Assert.Equal(FakeModel.LargeSize, engine.MadeSizeFor(size));
        Assert.Equal(size, picture.Image.Width);
    }

    [Fact]
    public async Task GenerateAsync_BetweenTwoSizesTheModelMakes_IsTheLargerOneReduced()
    {
        const int Between = (FakeModel.MiddleSize + FakeModel.LargeSize) / 2;
        var recipe = FakeModel.DefaultRecipe with { Sizes = [FakeModel.ImageSize, FakeModel.MiddleSize, Between, FakeModel.LargeSize] };
        using var engine = new ImageEngine(new FakeModel(recipe).Model, new EngineOptions());
        var large = Assert.Single(await CompletedAsync(engine, Request(size: FakeModel.LargeSize)));
        var expected = new float[SignedImage.Channels * Between * Between];
        new BicubicResampler(FakeModel.LargeSize, FakeModel.LargeSize, Between, Between).Resample(large.Image.Values, expected);

        var picture = Assert.Single(await CompletedAsync(engine, Request(size: Between)));

        Assert.Equal(FakeModel.LargeSize, engine.MadeSizeFor(Between));
        Assert.Equal(expected, picture.Image.Values);
        Assert.Equal(Between, picture.Recipe.Size);
    }

    [Fact]
    public async Task GenerateAsync_Overrides_AreInTheRecipeOfThePicture()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var overrides = new RecipeOverrides { PriorSteps = 4, PriorGuidance = 1, DecoderSteps = 5, DecoderGuidance = 2.5 };

        var picture = Assert.Single(await CompletedAsync(engine, Request(size: FakeModel.MiddleSize) with { Overrides = overrides }));

        Assert.Equal(
            new EffectiveRecipe("fake", FakeModel.MiddleSize, "diffusion", "ancestral", 4, 1, "ancestral", 5, 2.5, [2]) with { SuperResolutionSteps = picture.Recipe.SuperResolutionSteps },
            picture.Recipe);
        Assert.Equal([2], picture.Recipe.SuperResolutionSteps);
    }
}
