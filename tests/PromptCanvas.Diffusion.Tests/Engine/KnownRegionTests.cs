using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;
using static PromptCanvas.Diffusion.Tests.Engine.ImageEngineTests;

namespace PromptCanvas.Diffusion.Tests.Engine;

public sealed class KnownRegionTests
{
    private const int Pixels = FakeModel.ImageSize * FakeModel.ImageSize;

    [Theory]
    [InlineData(FakeModel.ImageSize, true)]
    [InlineData(FakeModel.MiddleSize, true)]
    [InlineData(FakeModel.LargeSize, true)]
    [InlineData(FakeModel.ImageSize, false)]
    [InlineData(FakeModel.MiddleSize, false)]
    [InlineData(FakeModel.LargeSize, false)]
    public async Task GenerateAsync_Known_KeepsEveryKnownPixelAtEverySize(int size, bool maskedInput)
    {
        using var engine = new ImageEngine(new FakeModel(maskedInput: maskedInput).Model, new EngineOptions());
        var region = Region(size, inHole: 0);

        var pictures = await CompletedAsync(engine, Request(count: 2, size: size) with { Known = region });

        Assert.All(pictures, picture => AssertKept(region, picture.Image));
        Assert.NotEqual(pictures[0].Image.Values, pictures[1].Image.Values);
    }

    [Fact]
    public async Task GenerateAsync_MaskedInput_GetsThePictureTimesKeepAndTheMaskWithItsHoleGrown()
    {
        var fake = new FakeModel(maskedInput: true);
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        var region = Region(FakeModel.ImageSize, inHole: 0);

        await CompletedAsync(engine, Request() with { Known = region });

        Assert.All(fake.DecoderSamples, sample =>
        {
            for (var row = 0; row < sample.Length / (7 * Pixels); row++)
            {
                var picture = Shuffled(sample.AsSpan(((row * 7) + 3) * Pixels, 3 * Pixels));
                var mask = Shuffled(sample.AsSpan(((row * 7) + 6) * Pixels, Pixels));
                for (var pixel = 0; pixel < Pixels; pixel++)
                {
                    // The hole is (2…3, 3…4); a cell around it is left to the network as well.
                    var (x, y) = (pixel % FakeModel.ImageSize, pixel / FakeModel.ImageSize);
                    var known = x is < 1 or > 4 || y is < 2 or > 5;
                    Assert.Equal(known ? 1 : 0, mask[pixel]);
                    Assert.Equal(known ? region.Picture.Values[pixel] : 0, picture[pixel]);
                }
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GenerateAsync_WhatIsInTheHole_DoesNotReachThePicture(bool maskedInput)
    {
        using var engine = new ImageEngine(new FakeModel(maskedInput: maskedInput).Model, new EngineOptions());

        var one = await CompletedAsync(engine, Request(size: FakeModel.MiddleSize) with { Known = Region(FakeModel.LargeSize, inHole: -1) });
        var other = await CompletedAsync(engine, Request(size: FakeModel.MiddleSize) with { Known = Region(FakeModel.LargeSize, inHole: 1) });

        Assert.Equal(one.Single().Image.Values, other.Single().Image.Values);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task GenerateAsync_KnownInCompany_GivesTheSamePictureBitForBit(bool maskedInput)
    {
        var model = new FakeModel(maskedInput: maskedInput).Model;
        using var alone = new ImageEngine(model, new EngineOptions());
        using var crowded = new ImageEngine(model, new EngineOptions { MaxBatch = 5 });
        var request = Request(seed: 9, size: FakeModel.LargeSize) with { Known = Region(FakeModel.LargeSize, inHole: 0), Person = "me" };

        var expected = await CompletedAsync(alone, request);
        var company = Task.WhenAll(CompletedAsync(crowded, Request("xyz", count: 3)), CompletedAsync(crowded, request with { Seed = 70, Count = 2, Person = "you" }));
        var actual = await CompletedAsync(crowded, request);
        await company;

        Assert.Equal(expected.Single().Image.Values, actual.Single().Image.Values);
    }

    [Theory]
    [InlineData(true, new[] { 1, 1, 2, 2, 1, 1 })]
    [InlineData(false, new[] { 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 1, 1 })]
    public async Task GenerateAsync_DecoderWithoutMaskedInput_RepeatsTheMiddleThird(bool maskedInput, int[] rows)
    {
        var fake = new FakeModel(maskedInput: maskedInput);
        using var engine = new ImageEngine(fake.Model, new EngineOptions());

        var events = await CollectAsync(engine, Request() with { Known = Region(FakeModel.ImageSize, inHole: 0) });

        Assert.Equal(rows, fake.Decoder.Rows);
        var steps = events.OfType<StepCompleted>().ToList();
        Assert.Equal(1, steps[^1].Progress, 1e-9);
        Assert.Equal(steps.Select(step => step.Step).Order(), steps.Where(step => step.Stage == GenerationStage.Decoder).Select(step => step.Step).Concat([1, 2, 3]).Order());
    }

    [Theory]
    [InlineData(SamplerKind.Ancestral)]
    [InlineData(SamplerKind.Ddim)]
    [InlineData(SamplerKind.DpmSolverPlusPlus)]
    public async Task GenerateAsync_DecoderWithoutMaskedInput_SeesTheKnownPictureUnderEachStepsNoise(SamplerKind kind)
    {
        const uint seed = 5;
        var recipe = FakeModel.DefaultRecipe with { Decoder = new StageRecipe(kind, 6) };
        var fake = new FakeModel(recipe, pixelUnshuffle: 1);
        using var engine = new ImageEngine(fake.Model, new EngineOptions());
        var region = Region(FakeModel.ImageSize, inHole: 0);

        await CompletedAsync(engine, Request(seed: seed) with { Known = region });

        var plan = SamplerFactory.Create(kind, fake.Model.Decoder.Scheduler, 6).Plan;
        var schedule = NoiseSchedule.FromSettings(fake.Model.Decoder.Scheduler);
        var expected = Noise(seed, INoiseSource.InitialNoise);
        var run = 0;
        for (var step = 0; step < plan.Steps; step++)
        {
            var (here, next) = (schedule.AlphaBar(plan.Timestep(step)), schedule.AlphaBar(plan.PreviousTimestep(step)));
            for (var repeat = 0; repeat < Resampling.TimesAt(step, plan.Steps); repeat++)
            {
                AssertKnown(expected, fake.DecoderSamples[run++]);

                // Lugmayr et al. (2022), algorithm 1: line 4 for the step, line 11 for the way back.
                var number = plan.Steps + (2 * ((step * Resampling.Times) + repeat));
                var known = Mix(Math.Sqrt(next), region.Picture.Values, Math.Sqrt(1 - next), Noise(seed, repeat == 0 ? step : number));
                expected = repeat + 1 == Resampling.TimesAt(step, plan.Steps)
                    ? known
                    : Mix(Math.Sqrt(here / next), known, Math.Sqrt(1 - (here / next)), Noise(seed, number + 1));
            }
        }

        Assert.Equal(fake.DecoderSamples.Count, run);

        static float[] Noise(uint seed, int step)
        {
            var noise = new float[SignedImage.Channels * Pixels];
            new PhiloxNoiseSource().Fill(noise, seed, GenerationStage.Decoder, step);
            return noise;
        }

        static float[] Mix(double left, float[] leftValues, double right, float[] rightValues) =>
            [.. leftValues.Zip(rightValues, (one, other) => (float)((left * one) + (right * other)))];

        static void AssertKnown(float[] expected, float[] sample)
        {
            for (var index = 0; index < expected.Length; index++)
            {
                // The hole is (2…3, 3…4) and grows by a cell.
                var (x, y) = (index % FakeModel.ImageSize, index % Pixels / FakeModel.ImageSize);
                if (x is < 1 or > 4 || y is < 2 or > 5)
                {
                    Assert.Equal(expected[index], sample[index], 1e-6f);
                }
            }
        }
    }

    [Fact]
    public async Task GenerateAsync_KnownPictureOnFlatGround_ClosesTheHoleWithoutATrace()
    {
        var fake = new FakeModel(maskedInput: true);
        using var engine = new ImageEngine(WithImageEncoder(fake.Model), new EngineOptions());
        var flat = new float[SignedImage.Channels * FakeModel.LargeSize * FakeModel.LargeSize];
        Array.Fill(flat, 0.3f);
        var request = Continuing(new KnownRegion(new SignedImage(FakeModel.LargeSize, FakeModel.LargeSize, flat), Keep(FakeModel.LargeSize)));

        var picture = Assert.Single(await CompletedAsync(engine, request));

        // Bicubic weights of 32-bit floats sum to 1 within a few 1e-7.
        Assert.All(picture.Image.Values, value => Assert.Equal(0.3f, value, 1e-5f));
        Assert.Equal("known-picture", picture.Recipe.Prior);
        Assert.Empty(fake.Prior.Rows);
        Assert.Equal(3, fake.Decoder.Rows.Count);
    }

    [Fact]
    public void Validate_KnownPicture_SaysWhatIsMissing()
    {
        var fake = new FakeModel(looksAtPictures: false);
        using var blind = new ImageEngine(fake.Model, new EngineOptions());
        using var seeing = new ImageEngine(WithImageEncoder(fake.Model), new EngineOptions());
        var region = Region(FakeModel.ImageSize, inHole: 0);
        var nothing = new KnownRegion(region.Picture, new bool[Pixels]);

        Assert.Null(seeing.Validate(Continuing(region)));
        Assert.Contains("no image encoder", blind.Validate(Continuing(region)), StringComparison.Ordinal);
        Assert.Contains("No part of the picture is left", seeing.Validate(Continuing(nothing)), StringComparison.Ordinal);
        Assert.Contains("No part of the picture is left", seeing.Validate(Continuing(null)), StringComparison.Ordinal);
        Assert.Contains("leave the prompt empty", seeing.Validate(Continuing(region) with { Prompt = "a cube" }), StringComparison.Ordinal);
        Assert.Contains("prompt is empty", seeing.Validate(Request("") with { Known = region }), StringComparison.Ordinal);
    }

    [Fact]
    public void KnownRegion_WithoutAHoleOrNotSquare_IsRefused()
    {
        var picture = new SignedImage(2, 2, new float[12]);

        Assert.Throws<ArgumentException>(() => new KnownRegion(picture, [true, true, true, true]));
        Assert.Throws<ArgumentException>(() => new KnownRegion(new SignedImage(1, 2, new float[6]), [true, false]));
        Assert.Throws<ArgumentException>(() => new KnownRegion(picture, [true, false]));
    }

    private static GenerationRequest Continuing(KnownRegion? region) => Request("", size: FakeModel.LargeSize) with
    {
        Known = region,
        Overrides = new RecipeOverrides { Conditioning = ConditioningMode.KnownPicture },
    };

    /// <summary>A coloured pattern whose hole is an eighth of the side wide, off the centre.</summary>
    private static KnownRegion Region(int side, float inHole)
    {
        var keep = Keep(side);
        var values = new float[SignedImage.Channels * side * side];
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = keep[index % keep.Length] ? MathF.Sin(index * 0.37f) : inHole;
        }

        return new KnownRegion(new SignedImage(side, side, values), keep);
    }

    private static bool[] Keep(int side)
    {
        var cell = side / FakeModel.ImageSize;
        var keep = new bool[side * side];
        for (var pixel = 0; pixel < keep.Length; pixel++)
        {
            keep[pixel] = (pixel % side / cell) is < 2 or > 3 || (pixel / side / cell) is < 3 or > 4;
        }

        return keep;
    }

    private static void AssertKept(KnownRegion region, SignedImage picture)
    {
        var keep = Keep(region.Side);
        for (var index = 0; index < picture.Values.Length; index++)
        {
            if (keep[index % keep.Length])
            {
                Assert.Equal(region.Picture.Values[index], picture.Values[index]);
            }
        }
    }

    private static float[] Shuffled(ReadOnlySpan<float> folded)
    {
        var pixels = new float[folded.Length];
        PixelShuffling.Shuffle(folded, FakeModel.ImageSize, FakeModel.ImageSize, 2, pixels);
        return pixels;
    }

    private static UnClipModel WithImageEncoder(UnClipModel model) => new()
    {
        Name = model.Name,
        Tokenizer = model.Tokenizer,
        TextEncoder = model.TextEncoder,
        ImageEncoder = new FakeNetwork("image_encoder", _ => new Dictionary<string, NetworkTensor>
        {
            [NetworkNames.ImageEmbeds] = NetworkTensor.Float32([0.1f, 0.2f, 0.3f, 0.4f], 1, FakeModel.EmbeddingSize),
        }),
        ImageSettings = new ClipImageSettings { Size = 4 },
        Prior = model.Prior,
        TextProjection = model.TextProjection,
        Decoder = model.Decoder,
        SuperResolution = model.SuperResolution,
        Recipe = model.Recipe,
    };
}
