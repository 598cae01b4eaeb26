using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Images;
using static PromptCanvas.Diffusion.Tests.Engine.ImageEngineTests;

namespace PromptCanvas.Diffusion.Tests.Engine;

/// <summary>A picture can resume after any of its stages with the same result, bit for bit.</summary>
public sealed class StageResultTests
{
    public static TheoryData<string> Kinds => ["prompt", "variation", "known"];

    [Theory]
    [MemberData(nameof(Kinds))]
    public async Task GenerateAsync_AfterEachStage_GivesTheSamePictureBitForBit(string kind)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Of(kind);
        var events = await CollectAsync(engine, request with { ReportsStages = true });
        var whole = events.OfType<ImageCompleted>().Single(picture => picture.ImageIndex == 1);
        var stages = events.OfType<StageCompleted>().Where(stage => stage.ImageIndex == 1).ToList();

        Assert.Equal(kind == "prompt" ? 3 : 2, stages.Count);
        foreach (var stage in stages)
        {
            var fake = new FakeModel();
            using var later = new ImageEngine(fake.Model, new EngineOptions());
            var resumed = await CollectAsync(later, request with { ImageIndices = [1], Finished = new Dictionary<int, StageResult> { [1] = stage.Result } });

            var picture = Assert.Single(resumed.OfType<ImageCompleted>());
            Assert.Equal(whole.Image.Values, picture.Image.Values);
            Assert.Equal(whole.ImageEmbedding, picture.ImageEmbedding);
            Assert.Equal(whole.Seed, picture.Seed);
            var steps = resumed.OfType<StepCompleted>().ToList();
            Assert.All(steps, step => Assert.True(step.Stage > stage.Result.Stage));
            Assert.All(steps, step => Assert.InRange(step.Progress, 0, 1));
            Assert.Empty(fake.Prior.Rows);
            Assert.Equal(stage.Result.Stage == GenerationStage.Prior, fake.Decoder.Rows.Count > 0);
        }
    }

    [Fact]
    public async Task GenerateAsync_ResultOfAnotherModel_StartsOver()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var foreign = new StageResult(GenerationStage.Decoder, new float[FakeModel.EmbeddingSize], new SignedImage(2, 2, new float[12]), []);
        var request = Of("prompt");

        var whole = await CompletedAsync(engine, request);
        var picture = await CompletedAsync(engine, request with { Finished = new Dictionary<int, StageResult> { [0] = foreign } });

        Assert.Equal(whole[0].Image.Values, picture[0].Image.Values);
    }

    [Fact]
    public async Task GenerateAsync_AtTheDraftSize_EndsWithTheDecoder_AndGoesOnUnderAnotherIndexBitForBit()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Of("prompt");
        var whole = await CompletedAsync(engine, request);
        Assert.Equal(FakeModel.ImageSize, engine.DraftSize);

        var events = await CollectAsync(engine, request with { Size = FakeModel.ImageSize, ReportsStages = true });
        var draft = events.OfType<ImageCompleted>().Single(picture => picture.ImageIndex == 1);
        var result = new StageResult(GenerationStage.Decoder, draft.ImageEmbedding, draft.Image, draft.Timings);
        var fake = new FakeModel();
        using var later = new ImageEngine(fake.Model, new EngineOptions());
        var finished = await CompletedAsync(later, request with { Seed = 99, Seeds = [draft.Seed], Count = 1, Finished = new Dictionary<int, StageResult> { [0] = result } });

        Assert.DoesNotContain(events.OfType<StepCompleted>(), step => step.Stage > GenerationStage.Decoder);
        Assert.Equal(whole[1].Image.Values, finished[0].Image.Values);
        Assert.Equal((whole[1].Seed, 0), (finished[0].Seed, fake.Decoder.Rows.Count));
    }

    [Fact]
    public async Task GenerateAsync_NotAsked_TellsNoStages()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        Assert.Empty((await CollectAsync(engine, Of("prompt"))).OfType<StageCompleted>());
    }

    [Fact]
    public async Task GenerateAsync_PictureUnwantedHalfWay_IsDroppedWithinAStepAndTheOthersComeOutTheSame()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var request = Of("prompt");
        var whole = await CompletedAsync(engine, request);
        var asked = 0;

        // Picture 0 is cancelled at its fifth check.
        var events = await CollectAsync(engine, request with { PictureWanted = index => index != 0 || ++asked <= 4 });

        Assert.Equal(request.Seed, Assert.Single(events.OfType<ImageDropped>()).Seed);
        Assert.InRange(events.OfType<StepCompleted>().Count(step => step.ImageIndex == 0), 1, 4);
        Assert.Equal(whole[1].Image.Values, Assert.Single(events.OfType<ImageCompleted>()).Image.Values);
    }

    [Fact]
    public async Task GenerateAsync_AllPicturesUnwanted_EndsWithoutAPicture()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var events = await CollectAsync(engine, Of("variation") with { PictureWanted = _ => false });

        Assert.Equal([0, 1], events.OfType<ImageDropped>().Select(dropped => dropped.ImageIndex).Order());
        Assert.Empty(fake.Decoder.Rows);
    }

    [Fact]
    public async Task GenerateAsync_CallbackThatThrows_EndsItsRequestAndTheEngineGoesOn()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        await Assert.ThrowsAsync<InvalidOperationException>(
            () => CollectAsync(engine, Of("variation") with { PictureWanted = _ => throw new InvalidOperationException("a test") }));

        Assert.Equal(2, (await CompletedAsync(engine, Of("variation"))).Count);
    }

    private static GenerationRequest Of(string kind)
    {
        var request = Request(count: 2, size: FakeModel.LargeSize);
        var picture = new SignedImage(8, 8, [.. Enumerable.Range(0, 3 * 64).Select(at => MathF.Sin(at))]);
        return kind switch
        {
            "variation" => request with { Prompt = "", Origin = new VariationOrigin(picture.ToSource(), 0.3) },
            "known" => request with
            {
                Known = new KnownRegion(picture, [.. Enumerable.Range(0, 64).Select(at => at % 8 < 4)]),
                Prompt = "",
                Overrides = new RecipeOverrides { Conditioning = ConditioningMode.KnownPicture },
            },
            _ => request,
        };
    }
}
