using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Tests.Shared;
using static PromptCanvas.Diffusion.Tests.Engine.ImageEngineTests;

namespace PromptCanvas.Diffusion.Tests.Engine;

public sealed class PictureOriginTests
{
    private const double Tolerance = 1e-5;
    private const int Steps = 5;

    // From the second of five levels, for timestep 0 has too little noise, each step with two corrections.
    private const int InversionRows = (Steps - 2) * 3;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Vary_SeveralPictures_AreInvertedOnceAndDrawnFromTheSameNoise()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var pictures = await CompletedAsync(engine, Vary(strength: 0, count: 3));

        Assert.Equal(InversionRows + (3 * Steps), fake.Decoder.Rows.Sum());
        Assert.Equal(pictures[0].Image.Values, pictures[1].Image.Values);
        Assert.Equal([1u, 2u, 3u], pictures.Select(picture => picture.Seed));
        Assert.All(pictures, picture => Assert.Equal("vary", picture.Recipe.Kind));
        Assert.Empty(fake.Prior.Rows);
    }

    [Fact]
    public async Task Vary_Strongest_StartsFromFreshNoiseWithTheModelsGuidance()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var pictures = await CompletedAsync(engine, Vary(strength: 1, count: 2));

        // No inversion; two of five steps are inside the middle third, where guidance doubles the row.
        Assert.Equal(2 * (Steps + 1), fake.Decoder.Rows.Sum(), tolerance: 2);
        Assert.Equal(3, pictures[0].Recipe.DecoderGuidance);
        Assert.NotEqual(pictures[0].Image.Values, pictures[1].Image.Values);
    }

    [Fact]
    public async Task Vary_Events_TellTheInversionToEveryPictureAndRiseToOne()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());

        var events = await CollectAsync(engine, Vary(strength: 0.3, count: 2));

        foreach (var index in new[] { 0, 1 })
        {
            var steps = events.OfType<StepCompleted>().Where(step => step.ImageIndex == index).ToList();
            var inversion = steps.TakeWhile(step => step.Stage == GenerationStage.Inversion).ToList();
            Assert.Equal(Enumerable.Range(1, InversionRows), inversion.Select(step => step.Step));
            Assert.All(inversion, step => Assert.Null(step.PredictedImage));
            Assert.All(steps.Skip(InversionRows), step => Assert.Equal(GenerationStage.Decoder, step.Stage));
            Assert.True(steps.Zip(steps.Skip(1)).All(pair => pair.First.Progress < pair.Second.Progress));
            Assert.InRange(steps[^1].Progress, 0.85, 1);
        }
    }

    [Fact]
    public async Task Vary_InCompany_GivesTheSamePictureBitForBit()
    {
        using var alone = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var expected = await CompletedAsync(alone, Vary(strength: 0.6, count: 2));
        using var crowded = new ImageEngine(new FakeModel().Model, new EngineOptions { MaxBatch = 3, MaxLanes = 5 });
        var company = Enumerable.Range(0, 3).Select(person => CompletedAsync(
            crowded, person == 1 ? Request("xyz", 9, 3) : Vary(0.2, 2) with { Seed = 77, Person = $"{person}" })).ToList();

        var actual = await CompletedAsync(crowded, Vary(strength: 0.6, count: 2) with { Person = "me" });
        await Task.WhenAll(company);

        Assert.Equal(expected.Select(picture => picture.Image.Values), actual.Select(picture => picture.Image.Values));
    }

    [Fact]
    public async Task Vary_CancelledWhileInverting_FreesTheLane()
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
        using var engine = new ImageEngine(fake.Model, new EngineOptions { MaxLanes = 1 });

        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () =>
        {
            await foreach (var value in engine.GenerateAsync(Vary(0, 2), cancelling.Token))
            {
                Assert.IsType<StepCompleted>(value);
            }
        });
        await CompletedAsync(engine, Request(count: 1));

        // One step of the inversion; the second, in which the cancel came, ends in its middle.
        Assert.Equal(1 + 6 + 2, fake.Decoder.Rows.Sum());
    }

    [Fact]
    public async Task Vary_InversionIsNotANumber_EveryPictureFails()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        fake.DecoderIsBroken = true;

        var events = await CollectAsync(engine, Vary(0, 3));

        Assert.Equal([0, 1, 2], events.OfType<ImageFailed>().Select(failure => failure.ImageIndex));
        Assert.Empty(events.OfType<ImageCompleted>());
    }

    [Fact]
    public async Task Blend_Weights_MixTheEmbeddingsOnTheSphere()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        ConditioningInput[] inputs = [new ImageInput(Flat(200)), new ImageInput(Flat(20)), new ImageInput(Flat(90))];
        var embeddings = await engine.EmbedAsync(inputs, Token);

        var picture = Assert.Single(await CompletedAsync(engine, Request("") with { Origin = new BlendOrigin(inputs, [1, 2, 0.5]) }));

        Approximately.Equal(EmbeddingSpace.Blend([.. embeddings], [1, 2, 0.5]), picture.ImageEmbedding, Tolerance);
        Assert.Equal([1, 2, 0.5], picture.Recipe.Weights!);
    }

    [Fact]
    public async Task Blend_Frames_ShareTheSeedAndVisitTheInputsInOrder()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        ConditioningInput[] inputs = [new ImageInput(Flat(200)), new ImageInput(Flat(20)), new ImageInput(Flat(90))];
        var embeddings = await engine.EmbedAsync(inputs, Token);
        var request = Request("", seed: 5, count: 5) with { Origin = new BlendOrigin(inputs, null) { AsFrames = true } };

        var frames = await CompletedAsync(engine, request);

        Assert.All(frames, frame => Assert.Equal(5u, frame.Seed));
        Approximately.Equal(embeddings[0], frames[0].ImageEmbedding, Tolerance);
        Approximately.Equal(embeddings[1], frames[2].ImageEmbedding, Tolerance);
        Approximately.Equal(embeddings[2], frames[4].ImageEmbedding, Tolerance);

        // All start from the same noise: the decoder's first sample rows are equal.
        var first = fake.DecoderSamples[0];
        Assert.Equal(first[..(first.Length / 5)], first[^(first.Length / 5)..]);
    }

    [Fact]
    public async Task Blend_Texts_GoThroughThePriorOnceForAllPictures()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        var text = Assert.Single(await CompletedAsync(engine, Request("abc", seed: 8)));
        var before = fake.Prior.Rows.Sum();
        var request = Request("", seed: 8, count: 4) with { Origin = new BlendOrigin([new TextInput("abc"), new ImageInput(Flat(9))], [1, 0]) };

        var pictures = await CompletedAsync(engine, request);

        Assert.Equal(2 * 3, fake.Prior.Rows.Sum() - before);
        Assert.All(pictures, picture => Assert.Equal(text.ImageEmbedding, picture.ImageEmbedding));
        Assert.Equal([8u, 9u, 10u, 11u], pictures.Select(picture => picture.Seed));
        Assert.Equal(text.Image.Values, pictures[0].Image.Values);
    }

    [Fact]
    public async Task Blend_EmbeddingsThatAreKnown_DrawThePictureOfTheirInputs()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        ConditioningInput[] inputs = [new TextInput("abc"), new ImageInput(Flat(9))];
        var whole = Assert.Single(await CompletedAsync(engine, Request("", seed: 8) with { Origin = new BlendOrigin(inputs, [1, 3]) }));
        var phrase = Assert.Single(await CompletedAsync(engine, Request("abc", seed: 8) with { Overrides = new RecipeOverrides { DecoderSteps = 2 } }));
        var picture = (await engine.EmbedAsync([inputs[1]], Token))[0];
        var (prior, looked) = (fake.Prior.Rows.Sum(), fake.ImageEncoder.Rows.Sum());

        var known = Assert.Single(await CompletedAsync(
            engine, Request("", seed: 8) with { Origin = new BlendOrigin([new EmbeddingInput(phrase.ImageEmbedding), new EmbeddingInput(picture)], [1, 3]) }));

        Assert.Equal(whole.Image.Values, known.Image.Values);
        Assert.Equal((prior, looked), (fake.Prior.Rows.Sum(), fake.ImageEncoder.Rows.Sum()));
    }

    [Fact]
    public void Validate_EmbeddingOfAnotherModel_SaysSo() =>
        Refused(Request("") with { Origin = new BlendOrigin([new EmbeddingInput(new float[3]), new TextInput("abc")], null) }, "belongs to another model");

    [Fact]
    public async Task TextDifference_Frames_GoFromThePictureTowardsTheDifference()
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var source = Flat(180);
        var embeddings = await engine.EmbedAsync([new ImageInput(source), new TextInput("old"), new TextInput("new")], Token);
        var direction = EmbeddingSpace.Difference(embeddings[1], embeddings[2], 1);
        var request = Request("", count: 4) with { Origin = new TextDifferenceOrigin(source, "old", "new") };

        var frames = await CompletedAsync(engine, request);

        Approximately.Equal(embeddings[0], frames[0].ImageEmbedding, Tolerance);
        var nearness = frames.Select(frame => EmbeddingSpace.Cosine(frame.ImageEmbedding, direction)).ToList();
        Assert.Equal(nearness.Order(), nearness);
        Assert.All(frames, frame => Assert.Equal(EmbeddingSpace.Length(embeddings[0]), EmbeddingSpace.Length(frame.ImageEmbedding), Tolerance));
        Assert.Equal([0, 1.0 / 6, 1.0 / 3, 0.5], frames.Select(frame => Math.Round(frame.Recipe.Fraction!.Value, 12)), (a, b) => Math.Abs(a - b) < Tolerance);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(5)]
    public async Task PriorCandidates_Several_TheClosestToTheTextIsKept(int candidates)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var text = (await engine.EmbedAsync([new TextInput("abc")], Token))[0];
        var one = await CompletedAsync(engine, Request(count: 4));

        var events = await CollectAsync(engine, Request(count: 4) with { Overrides = new RecipeOverrides { PriorCandidates = candidates } });

        var several = events.OfType<ImageCompleted>().OrderBy(picture => picture.ImageIndex).ToList();
        Assert.All(several.Zip(one), pair => Assert.True(
            EmbeddingSpace.Cosine(pair.First.ImageEmbedding, text) >= EmbeddingSpace.Cosine(pair.Second.ImageEmbedding, text)));
        Assert.Contains(several.Zip(one), pair => !pair.First.ImageEmbedding.SequenceEqual(pair.Second.ImageEmbedding));
        Assert.Equal(
            Enumerable.Range(1, 3 * candidates),
            events.OfType<StepCompleted>().Where(step => step is { ImageIndex: 0, Stage: GenerationStage.Prior }).Select(step => step.Step));
        Assert.All(several, picture => Assert.Equal(candidates, picture.Recipe.PriorCandidates));
    }

    [Theory]
    [InlineData(-0.1, "0 to 1")]
    [InlineData(1.1, "0 to 1")]
    [InlineData(double.NaN, "0 to 1")]
    public void Validate_ImpossibleStrength_SaysWhatToDo(double strength, string expected) => Refused(Vary(strength, 1), expected);

    [Theory]
    [InlineData(1, null, "2 to 4")]
    [InlineData(5, null, "2 to 4")]
    [InlineData(2, new[] { 0.0, 0.0 }, "sum to zero")]
    [InlineData(2, new[] { 1.0, -1.0 }, "negative")]
    [InlineData(2, new[] { 1.0, 1.0, 1.0 }, "3 weights for 2 inputs")]
    public void Validate_ImpossibleBlend_SaysWhatToDo(int inputs, double[]? weights, string expected) =>
        Refused(Request("") with { Origin = new BlendOrigin([.. Enumerable.Repeat(new TextInput("abc"), inputs)], weights) }, expected);

    [Theory]
    [InlineData("old")]
    [InlineData("")]
    public async Task Change_ByWords_MovesTheEmbeddingAndKeepsLessOfTheNoiseInFurtherPictures(string from)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        var (source, reference) = (Flat(90), Flat(200));
        var embeddings = await engine.EmbedAsync([new ImageInput(source), new TextInput("old"), new TextInput("new"), new ImageInput(reference)], Token);
        var target = from.Length > 0 ? EmbeddingSpace.Difference(embeddings[1], embeddings[2], 1) : embeddings[2];
        var request = Request("", count: 2) with { Origin = new ChangeOrigin(source, from, "new"), Overrides = new RecipeOverrides { DecoderSteps = Steps } };

        var alone = await CompletedAsync(engine, request);
        var mixed = await CompletedAsync(engine, request with { Origin = new ChangeOrigin(source, from, "new") { References = [reference] } });

        Assert.All(alone, picture => Assert.True(EmbeddingSpace.Cosine(picture.ImageEmbedding, target) > EmbeddingSpace.Cosine(embeddings[0], target)));
        Assert.All(alone, picture => Assert.Equal(EmbeddingSpace.Length(embeddings[0]), EmbeddingSpace.Length(picture.ImageEmbedding), Tolerance));
        Assert.All(
            mixed.Zip(alone), pair => Assert.True(EmbeddingSpace.Cosine(pair.First.ImageEmbedding, embeddings[3]) > EmbeddingSpace.Cosine(pair.Second.ImageEmbedding, embeddings[3])));
        Assert.NotEqual(alone[0].Image.Values, alone[1].Image.Values);
        Assert.Equal(("textdiff", 0.5), (alone[0].Recipe.Kind, alone[0].Recipe.Fraction));
    }

    [Fact]
    public void Validate_DifferenceOfTheSameTexts_SaysWhatToDo() =>
        Refused(Request("", count: 2) with { Origin = new TextDifferenceOrigin(Flat(1), "a cat", "a cat ") }, "both captions are the same");

    [Fact]
    public void Validate_RowOfOneFrame_SaysWhatToDo() =>
        Refused(Request("", count: 1) with { Origin = new TextDifferenceOrigin(Flat(1), "a", "b") }, "A row of 1 frames");

    [Fact]
    public void Validate_ModelThatCannotLook_SaysWhatToDo()
    {
        using var engine = new ImageEngine(new FakeModel(looksAtPictures: false).Model, new EngineOptions());

        Assert.Contains("no image encoder", engine.Validate(Vary(0, 1)), StringComparison.Ordinal);
        Assert.Contains("no image encoder", engine.ValidateEmbedding([new ImageInput(Flat(1))]), StringComparison.Ordinal);
        Assert.Null(engine.ValidateEmbedding([new TextInput("a cube")]));
    }

    [Fact]
    public async Task EmbedAsync_ManyInputs_AreBatchedAndKeepTheirOrder()
    {
        var fake = new FakeModel();
        using var engine = new ImageEngine(fake.Model, new EngineOptions { MaxBatch = 3 });
        ConditioningInput[] inputs = [.. Enumerable.Range(0, 7).SelectMany(index => new ConditioningInput[] { new TextInput($"{index}"), new ImageInput(Flat((byte)(index * 30))) })];

        var together = await engine.EmbedAsync(inputs, Token);

        Assert.Equal([3, 3, 1], fake.TextEncoder.Rows);
        Assert.Equal([3, 3, 1], fake.ImageEncoder.Rows);
        for (var index = 0; index < inputs.Length; index++)
        {
            Assert.Equal((await engine.EmbedAsync([inputs[index]], Token))[0], together[index]);
        }
    }

    [Fact]
    public async Task EmbedAsync_EncoderFaults_TheCallerSeesItAndTheEngineGoesOn()
    {
        var fake = new FakeModel();
        fake.ImageEncoder.BeforeRun = (_, _) => throw new InvalidOperationException("device lost");
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var fault = await Assert.ThrowsAsync<InvalidOperationException>(() => engine.EmbedAsync([new ImageInput(Flat(1))], Token));

        Assert.Equal("device lost", fault.Message);
        Assert.Single(await engine.EmbedAsync([new TextInput("abc")], Token));
    }

    private static GenerationRequest Vary(double strength, int count) => Request("", count: count) with
    {
        Origin = new VariationOrigin(Flat(150), strength),
        Overrides = new RecipeOverrides { DecoderSteps = Steps },
    };

    private static void Refused(GenerationRequest request, string expected)
    {
        using var engine = new ImageEngine(new FakeModel().Model, new EngineOptions());
        Assert.Contains(expected, engine.Validate(request), StringComparison.OrdinalIgnoreCase);
    }

    private static SourcePicture Flat(byte value)
    {
        var pixels = new byte[3 * 20 * 10];
        for (var index = 0; index < pixels.Length; index++)
        {
            pixels[index] = (byte)((value + (index % 3 * 40)) % 256);
        }

        return new SourcePicture(20, 10, pixels);
    }
}
