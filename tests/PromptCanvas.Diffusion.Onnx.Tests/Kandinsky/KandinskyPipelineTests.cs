using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Whole runs with recorded noise through the engine: every latent, every embedding, the picture.</summary>
public sealed class KandinskyPipelineTests(KandinskyAssets assets, ITestOutputHelper output)
{
    private const float LatentTolerance = 1e-3f;
    private const float PictureTolerance = 2e-3f;

    private static readonly string[] Prompts = ["a red cube on top of a blue cube", "a photo of a cat"];
    private static readonly string[] NegativePrompts = ["a sign that says deep learning", "times square at night"];

    private readonly UnClipModel model = assets.Model;

    [Theory]
    [InlineData("prior_pipeline")]
    [InlineData("prior_pipeline_negative")]
    public async Task GenerateAsync_PriorWithRecordedNoise_AgreesWithGoldenEmbeddings(string name)
    {
        var golden = KandinskyFixture.Golden(name);
        var expected = golden["image_embeds"];
        for (var row = 0; row < expected.Rows; row++)
        {
            var prior = new ListeningNetwork(model.Prior.Network);
            var decoder = new ListeningNetwork(model.Decoder.Network);
            var listened = model with { Prior = model.Prior with { Network = prior }, Decoder = model.Decoder with { Network = decoder } };
            var request = new GenerationRequest
            {
                Prompt = Prompts[row],
                NegativePrompt = name.EndsWith("negative", StringComparison.Ordinal) ? NegativePrompts[row] : null,
                Seed = (uint)row,
                Count = 1,
                Size = 64,
                Overrides = new RecipeOverrides { DecoderSteps = 2 },
            };

            var picture = await MakeAsync(listened, request, new PriorNoise(golden, expected.Rows));

            for (var step = 1; step < 5; step++)
            {
                var latents = golden[KandinskyFixture.Numbered("latents", step - 1)].FloatRow(row);
                Report($"{name} {row}, step {step}", KandinskyFixture.Difference(latents, prior.Inputs[step][NetworkNames.HiddenStates].FloatRow(0)), LatentTolerance);
            }

            // The reference's last step multiplies by 0.99947, because it has 1 − ᾱ₀ in single precision; ours gives x̂₀ as it is.
            Report($"{name} {row}, embedding", KandinskyFixture.RelativeDifference(expected.FloatRow(row), picture.ImageEmbedding), LatentTolerance);
            var seen = decoder.Inputs[0][NetworkNames.ImageEmbeds];
            Report($"{name} {row}, negative", KandinskyFixture.RelativeDifference(golden["negative_image_embeds"].FloatRow(row), seen.FloatRow(0)), LatentTolerance);
            Assert.Equal(picture.ImageEmbedding, seen.FloatRow(1).ToArray());
        }
    }

    [Theory]
    [InlineData("decoder_pipeline", 4.0, false)]
    [InlineData("decoder_pipeline_no_guidance", 1.0, false)]
    [InlineData("decoder_pipeline_learned_range", 4.0, true)]
    public async Task GenerateAsync_DecoderWithRecordedNoise_AgreesWithGoldenPicture(string name, double guidance, bool learned)
    {
        var golden = KandinskyFixture.Golden(name);
        for (var row = 0; row < golden["image_embeds"].Rows; row++)
        {
            var network = new ListeningNetwork(model.Decoder.Network);
            var finisher = new ListeningNetwork(model.Latents!.Autoencoder.Decoder);
            var scheduler = model.Decoder.Scheduler with { Variance = learned ? VarianceKind.LearnedRange : VarianceKind.FixedSmall };
            var listened = model with
            {
                Decoder = model.Decoder with { Network = network, Scheduler = scheduler },
                Latents = model.Latents with { Autoencoder = model.Latents.Autoencoder with { Decoder = finisher } },
            };
            var request = new GenerationRequest
            {
                Prompt = Prompts[row],
                Seed = (uint)row,
                Count = 1,
                Size = 128,
                Aspect = new AspectRatio(2, 1),
                Overrides = new RecipeOverrides { DecoderGuidance = guidance },
                Finished = new Dictionary<int, StageResult>
                {
                    [0] = new StageResult(GenerationStage.Prior, golden["image_embeds"].FloatRow(row).ToArray(), null, []),
                },
            };

            var picture = await MakeAsync(listened, request, new DecoderNoise(golden));

            for (var step = 0; step < 5; step++)
            {
                var latents = step < 4 ? network.Inputs[step + 1][NetworkNames.Sample].FloatRow(0) : finisher.Inputs[^1][NetworkNames.Latents].FloatRow(0);
                var expected = golden[KandinskyFixture.Numbered("latents", step)].FloatRow(row);
                Report($"{name} {row}, step {step}", KandinskyFixture.Difference(expected, latents), LatentTolerance);
            }

            Assert.Equal((128, 64), (picture.Image.Width, picture.Image.Height));
            if (golden.TryGetValue("images", out var images))
            {
                Report($"{name} {row}, picture", KandinskyFixture.Difference(images.FloatRow(row), picture.Image), PictureTolerance);
            }
        }
    }

    private void Report(string what, float difference, float tolerance)
    {
        output.WriteLine($"{what}: {difference:E2}");
        Assert.True(difference <= tolerance, $"{what} differs by {difference}");
    }

    private static async Task<ImageCompleted> MakeAsync(UnClipModel model, GenerationRequest request, INoiseSource noise)
    {
        using var engine = new ImageEngine(model, new EngineOptions(), noise);
        await foreach (var value in engine.GenerateAsync(request, TestContext.Current.CancellationToken))
        {
            if (value is ImageCompleted picture)
            {
                return picture;
            }
        }

        throw new InvalidOperationException("No picture was made.");
    }

    /// <summary>The prior's noise as the reference draws it; the negative branch has its own rows after the pictures'.</summary>
    private sealed class PriorNoise(IReadOnlyDictionary<string, NetworkTensor> golden, int rows) : INoiseSource
    {
        public void Fill(Span<float> destination, uint seed, GenerationStage stage, int step)
        {
            if (stage != GenerationStage.Prior)
            {
                destination.Clear();
                return;
            }

            var round = (step - INoiseSource.InitialNoise) / INoiseSource.StepOf(1, 0);
            var number = step - INoiseSource.StepOf(round, INoiseSource.InitialNoise);
            golden[KandinskyFixture.Numbered("noise", number)].FloatRow((int)seed + (round * rows)).CopyTo(destination);
        }
    }

    /// <summary>The decoder's noise as the reference draws it: the start, then one for each step.</summary>
    private sealed class DecoderNoise(IReadOnlyDictionary<string, NetworkTensor> golden) : INoiseSource
    {
        public void Fill(Span<float> destination, uint seed, GenerationStage stage, int step) =>
            golden[KandinskyFixture.Numbered("noise", step - INoiseSource.InitialNoise)].FloatRow((int)seed).CopyTo(destination);
    }
}
