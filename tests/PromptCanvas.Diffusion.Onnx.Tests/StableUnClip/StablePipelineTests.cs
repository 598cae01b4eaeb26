using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.StableUnClip;

/// <summary>The reference's own pipeline with recorded noise, through the engine.</summary>
public sealed class StablePipelineTests(StableAssets assets, ITestOutputHelper output)
{
    private const int Steps = 5;
    private const int NoiseLevel = 30;
    private const float LatentTolerance = 1e-4f;
    private const float PictureTolerance = 1e-4f;

    private readonly UnClipModel model = assets.Model;

    [Theory]
    [InlineData(0)]
    [InlineData(250)]
    [InlineData(999)]
    public void Noised_RecordedNoise_AgreesWithGoldenLabels(int level)
    {
        var golden = StableAssets.Golden("noising");
        var conditioner = new NoisedConditioner(model, model.Latents!.Text!, new PhiloxNoiseSource());

        var labels = conditioner.Noised(golden["embedding"].Floats, golden[$"noise.{level}"].Floats, level);

        // The reference's table is in single precision: at level 0 its 1 − ᾱ has three digits.
        Report($"labels at {level}", KandinskyFixture.RelativeDifference(golden[$"labels.{level}"].Floats, labels), 5e-5f);
    }

    [Fact]
    public void Encode_RecordedNoise_AgreesWithGoldenSample()
    {
        var golden = StableAssets.Golden("noising");
        var picture = StableAssets.Golden("vae_encoder.inputs")[NetworkNames.Sample];

        var latent = model.Latents!.Autoencoder.Encode(
            picture.Floats, 64, 32, TestContext.Current.CancellationToken, noise => golden["encoding_noise"].Floats.CopyTo(noise, 0));

        Report("sampled latent", KandinskyFixture.Difference(golden["sampled"].Floats, latent), 2e-5f);
    }

    [Fact]
    public async Task GenerateAsync_RecordedNoise_AgreesWithGoldenPicture()
    {
        var golden = StableAssets.Golden("ddim_pipeline");
        var network = new ListeningNetwork(model.Decoder.Network);
        var finisher = new ListeningNetwork(model.Latents!.Autoencoder.Decoder);
        var listened = model with
        {
            Decoder = model.Decoder with { Network = network },
            Latents = model.Latents with
            {
                Autoencoder = model.Latents.Autoencoder with { Decoder = finisher },
                Text = model.Latents.Text! with { Encoder = new GivenStates(golden, model.Latents.Text!.Tokenizer.Encode("").Ids) },
            },
            Recipe = model.Recipe with { Decoder = new StageRecipe(SamplerKind.Ddim, Steps) { GuidanceScale = 4 }, NoiseLevel = NoiseLevel },
        };
        var request = new GenerationRequest
        {
            Prompt = "a photo of a cat",
            Seed = 0,
            Count = 1,
            Size = 64,
            Aspect = new AspectRatio(2, 1),
            Finished = new Dictionary<int, StageResult>
            {
                [0] = new StageResult(GenerationStage.Prior, golden["image_embeds"].Floats, null, []),
            },
        };

        var picture = await MakeAsync(listened, request, new RecordedNoise(golden));

        for (var step = 0; step < Steps; step++)
        {
            var latents = step < Steps - 1 ? network.Inputs[step + 1][NetworkNames.Sample].FloatRow(0) : finisher.Inputs[^1][NetworkNames.Latents].FloatRow(0);
            Report($"step {step}", KandinskyFixture.RelativeDifference(golden[KandinskyFixture.Numbered("latents", step)].Floats, latents), LatentTolerance);
        }

        Assert.Equal((64, 32), (picture.Image.Width, picture.Image.Height));
        Report("picture", KandinskyFixture.Difference(golden["images"].FloatRow(0), picture.Image), PictureTolerance);
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

    private void Report(string what, float difference, float tolerance)
    {
        output.WriteLine($"{what}: {difference:E2}");
        Assert.True(difference <= tolerance, $"{what} differs by {difference}");
    }

    /// <summary>The order of the reference's draws: the embedding's noise, then the latent's.</summary>
    private sealed class RecordedNoise(IReadOnlyDictionary<string, NetworkTensor> golden) : INoiseSource
    {
        public void Fill(Span<float> destination, uint seed, GenerationStage stage, int step)
        {
            switch (step)
            {
                case INoiseSource.EmbeddingNoise:
                    golden["noise.000"].Floats.CopyTo(destination);
                    break;
                case INoiseSource.InitialNoise:
                    golden["noise.001"].Floats.CopyTo(destination);
                    break;
                default:
                    throw new InvalidOperationException($"The reference draws nothing for step {step}.");
            }
        }
    }

    /// <summary>A text encoder that gives the golden states.</summary>
    private sealed class GivenStates(IReadOnlyDictionary<string, NetworkTensor> golden, long[] empty) : INetwork
    {
        public string Name => "text_encoder";

        public IReadOnlyDictionary<string, NetworkTensor> Run(IReadOnlyDictionary<string, NetworkTensor> inputs, CancellationToken cancellationToken) =>
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.LastHiddenState] = golden[inputs[NetworkNames.InputIds].Integers.SequenceEqual(empty) ? "negative_states" : "states"],
            };

        public void Dispose()
        {
            // It holds nothing.
        }
    }
}
