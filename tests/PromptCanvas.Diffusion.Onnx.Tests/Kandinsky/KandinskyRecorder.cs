using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Diffusion.Engine.Execution;
using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Onnx.Checkpoints;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>
/// Wrote the golden data of the tiny model whose weights follow from their names, with the engine as it stood when the other tests of this
/// folder agreed with the reference's own checkpoint (the fixture's README has the figures). Never run it to let a test pass.
/// </summary>
public sealed class KandinskyRecorder(KandinskyAssets assets)
{
    private const int Steps = 5;
    private const int Width = 128;
    private const int Height = 64;

    private readonly CancellationToken stop = TestContext.Current.CancellationToken;

    [Fact(Explicit = true)]
    public async Task WriteGoldenData()
    {
        Networks();
        await Prior("prior_pipeline", null);
        await Prior("prior_pipeline_negative", "a sign that says deep learning");
        await Decoder("decoder_pipeline", 4, false, true);
        await Decoder("decoder_pipeline_no_guidance", 1, false, false);
        await Decoder("decoder_pipeline_learned_range", 4, true, false);
        ImageToImage("img2img_pipeline_0.5", 5);
        ImageToImage("img2img_pipeline_0.3", 7);
        Inpainting();
    }

    private void Networks()
    {
        const int Rows = 2;
        var width = assets.Model.Prior.EmbeddingSize;
        Record("prior", "text_encoder", "text_encoder", new()
        {
            [NetworkNames.InputIds] = NetworkTensor.Int64([.. Seeded.Uniform("ids", Rows * 77, 300).Select(value => 300 + (long)value)], Rows, 77),
            [NetworkNames.EosIndex] = NetworkTensor.Int64([6, 9], Rows),
        });
        Record("prior", "image_encoder", "image_encoder", new() { [NetworkNames.PixelValues] = Values("pixels", 1, Rows, 3, 32, 32) });
        Record("prior", "prior", "prior", new()
        {
            [NetworkNames.HiddenStates] = Values("hidden", 1.7, Rows, width),
            [NetworkNames.Timestep] = NetworkTensor.Int64([999, 417], Rows),
            [NetworkNames.ProjEmbedding] = Values("proj", 1.7, Rows, width),
            [NetworkNames.EncoderHiddenStates] = Values("states", 1.7, Rows, 77, width),
            [NetworkNames.AttentionMask] = NetworkTensor.Int64([.. Enumerable.Range(0, Rows * 77).Select(cell => cell % 77 < 7 ? 1L : 0L)], Rows, 77),
        });
        Record("decoder", "unet", "unet", UNetInputs(4, Rows, width));
        Record("decoder-inpaint", "unet", "unet_inpaint", UNetInputs(9, Rows, width));
        foreach (var (part, infix) in new[] { ("decoder", ""), ("decoder-inpaint", "inpaint_") })
        {
            Record(part, "movq_encoder", $"movq_{infix}encoder", new() { [NetworkNames.Sample] = Values("picture", 1, Rows, 3, 32, 16) });
            Record(part, "movq_decoder", $"movq_{infix}decoder", new() { [NetworkNames.Latents] = Values("latents", 1.7, Rows, 4, 2, 3) });
        }
    }

    private async Task Prior(string name, string? negative)
    {
        var model = assets.Model;
        var (rows, width) = (negative is null ? 1 : 2, model.Prior.EmbeddingSize);
        var golden = Noise(name, Steps, rows, width);
        var listened = new ListeningNetwork(model.Prior.Network);
        var decoder = new ListeningNetwork(model.Decoder.Network);
        var changed = model with { Prior = model.Prior with { Network = listened }, Decoder = model.Decoder with { Network = decoder } };
        var request = new GenerationRequest
        {
            Prompt = "a red cube on top of a blue cube",
            NegativePrompt = negative,
            Seed = 0,
            Count = 1,
            Size = 64,
            Overrides = new RecipeOverrides { DecoderSteps = 2 },
        };

        await RunAsync(changed, request, new Recorded(golden, rows > 1));

        for (var step = 1; step < Steps; step++)
        {
            golden[KandinskyFixture.Numbered("latents", step - 1)] = NetworkTensor.Float32([.. listened.Inputs[step][NetworkNames.HiddenStates].FloatRow(0)], 1, width);
        }

        golden["negative_image_embeds"] = NetworkTensor.Float32([.. decoder.Inputs[0][NetworkNames.ImageEmbeds].FloatRow(0)], 1, width);
        golden["image_embeds"] = NetworkTensor.Float32([.. decoder.Inputs[0][NetworkNames.ImageEmbeds].FloatRow(1)], 1, width);
        Write(name, golden);
    }

    private async Task Decoder(string name, double guidance, bool learned, bool keepsPicture)
    {
        var model = assets.Model;
        var golden = Noise(name, Steps + 1, 1, 4, Height / 8, Width / 8);
        golden["image_embeds"] = Values("embedding", 1.7, 1, model.Prior.EmbeddingSize);
        var network = new ListeningNetwork(model.Decoder.Network);
        var finisher = new ListeningNetwork(model.Latents!.Autoencoder.Decoder);
        var changed = model with
        {
            Decoder = model.Decoder with
            {
                Network = network,
                Scheduler = model.Decoder.Scheduler with { Variance = learned ? VarianceKind.LearnedRange : VarianceKind.FixedSmall },
            },
            Latents = model.Latents with { Autoencoder = model.Latents.Autoencoder with { Decoder = finisher } },
        };
        var request = new GenerationRequest
        {
            Prompt = "a photo of a cat",
            Seed = 0,
            Count = 1,
            Size = Width,
            Aspect = new AspectRatio(2, 1),
            Overrides = new RecipeOverrides { DecoderGuidance = guidance },
            Finished = new Dictionary<int, StageResult> { [0] = new(GenerationStage.Prior, golden["image_embeds"].Floats, null, []) },
        };

        var picture = await RunAsync(changed, request, new Recorded(golden, false));

        for (var step = 0; step < Steps; step++)
        {
            var latents = step < Steps - 1 ? network.Inputs[step + 1][NetworkNames.Sample].FloatRow(0) : finisher.Inputs[^1][NetworkNames.Latents].FloatRow(0);
            golden[KandinskyFixture.Numbered("latents", step)] = NetworkTensor.Float32([.. latents], 1, 4, Height / 8, Width / 8);
        }

        AddPicture(golden, picture.Image.Values, keepsPicture);
        Write(name, golden);
    }

    private void ImageToImage(string name, int firstStep)
    {
        var model = assets.Model;
        var golden = Noise(name, 10 - firstStep + 1, 1, 4, Height / 8, Width / 8);
        AddInputs(golden, model);
        var autoencoder = model.Latents!.Autoencoder;
        var encoded = Encode(golden, autoencoder);
        var sampler = SamplerFactory.Create(SamplerKind.Ancestral, model.Decoder.Scheduler, 10);
        var latent = (float[])golden["noise.000"].Floats.Clone();
        new KnownPixels(encoded, new float[Width * Height / 64], model.Decoder.Scheduler).Begin(sampler.Plan.Timestep(firstStep), latent);
        sampler.SkipTo(firstStep);
        for (var step = firstStep; step < 10; step++)
        {
            Move(model.Decoder.Network, sampler, step, latent, [], golden, step - firstStep);
        }

        Write(name, golden);
    }

    private void Inpainting()
    {
        var inpainting = assets.Model.Latents!.Inpainting!;
        var golden = Noise("inpaint_pipeline", Steps + 1, 1, 4, Height / 8, Width / 8);
        AddInputs(golden, assets.Model);
        var encoded = Encode(golden, inpainting.Autoencoder);

        // The masks are the reference's own, already there.
        var masks = KandinskyFixture.Golden("inpaint_pipeline");
        (golden["mask"], golden["mask_latent"]) = (masks["mask"], masks["mask_latent"]);
        var known = new KnownPixels(encoded, golden["mask_latent"].Floats, inpainting.Scheduler);
        var masked = new float[encoded.Length];
        known.CopyMasked(masked);
        golden["masked_latents"] = NetworkTensor.Float32(masked, 1, 4, Height / 8, Width / 8);
        var sampler = SamplerFactory.Create(SamplerKind.Ancestral, inpainting.Scheduler, Steps);
        var latent = (float[])golden["noise.000"].Floats.Clone();
        for (var step = 0; step < Steps; step++)
        {
            Move(inpainting.Network, sampler, step, latent, [.. masked, .. known.Mask], golden, step, known);
        }

        AddPicture(golden, inpainting.Autoencoder.Decode(latent, 1, Width / 8, Height / 8, stop).Floats, true);
        Write("inpaint_pipeline", golden);
    }

    private static Dictionary<string, NetworkTensor> UNetInputs(int channels, int rows, int width) => new()
    {
        [NetworkNames.Sample] = Values("noisy", 1.7, rows, channels, 8, 12),
        [NetworkNames.Timestep] = NetworkTensor.Int64([981, 21], rows),
        [NetworkNames.ImageEmbeds] = Values("embeds", 1.7, rows, width),
    };

    private static NetworkTensor Values(string name, double scale, params int[] shape) =>
        NetworkTensor.Float32(Seeded.Uniform(name, shape.Aggregate(1, (product, size) => product * size), scale), shape);

    private static Dictionary<string, NetworkTensor> Noise(string name, int count, params int[] shape) => Enumerable.Range(0, count).ToDictionary(
        number => KandinskyFixture.Numbered("noise", number), number => Values($"{name}/{number}", Math.Sqrt(3), shape));

    private static async Task<ImageCompleted> RunAsync(UnClipModel model, GenerationRequest request, INoiseSource noise)
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

    private static void AddPicture(Dictionary<string, NetworkTensor> golden, float[] values, bool wanted)
    {
        if (wanted)
        {
            var plane = values.Length / 3;
            golden["images"] = NetworkTensor.Float32(
                [.. Enumerable.Range(0, values.Length).Select(index => Math.Clamp((values[(index % 3 * plane) + (index / 3)] / 2) + 0.5f, 0, 1))],
                1,
                Height,
                Width,
                3);
        }
    }

    private static void Write(string name, Dictionary<string, NetworkTensor> tensors)
    {
        Directory.CreateDirectory(KandinskyFixture.OwnGolden);
        SafetensorsWriter.Write(Path.Combine(KandinskyFixture.OwnGolden, $"{name}.safetensors"), tensors);
    }

    private void Record(string part, string network, string name, Dictionary<string, NetworkTensor> inputs)
    {
        using var opened = NetworkRunner.Open(assets.Folder(part), network, Fixtures.Cpu);
        Write($"{name}.inputs", inputs);
        Write($"{name}.outputs", new Dictionary<string, NetworkTensor>(opened.Run(inputs, stop)));
    }

    private static void AddInputs(Dictionary<string, NetworkTensor> golden, UnClipModel model)
    {
        golden["image_embeds"] = Values("embedding", 1.7, 1, model.Prior.EmbeddingSize);
        golden["negative_image_embeds"] = Values("negative", 1.7, 1, model.Prior.EmbeddingSize);
        var picture = Seeded.Uniform("picture", Height / 8 * Width / 8 * 3, 127);

        // Blocks of 8 pixels of one colour each.
        golden["picture"] = NetworkTensor.Float32(
            [.. Enumerable.Range(0, Height * Width * 3).Select(index =>
                (float)(int)(128 + picture[(((index / 3 / Width / 8 * (Width / 8)) + (index / 3 % Width / 8)) * 3) + (index % 3)]))],
            Height,
            Width,
            3);
    }

    private float[] Encode(Dictionary<string, NetworkTensor> golden, AutoencoderComponent autoencoder)
    {
        var pixels = ReducingResize.ToSigned(KandinskyFixture.Picture(golden["picture"]), Width, Height);
        var encoded = autoencoder.Encode(pixels, Width, Height, stop);
        golden["encoded"] = NetworkTensor.Float32(encoded, 1, 4, Height / 8, Width / 8);
        return encoded;
    }

    private static void Move(
        INetwork network,
        ISampler sampler,
        int step,
        float[] latent,
        float[] behind,
        Dictionary<string, NetworkTensor> golden,
        int number,
        KnownPixels? known = null)
    {
        var clean = KandinskyPictureTests.Move(network, sampler, step, latent, behind, golden, number + 1);
        known?.Replace(sampler.Plan.PreviousTimestep(step), latent, golden["noise.000"].Floats, clean);
        golden[KandinskyFixture.Numbered("latents", number)] = NetworkTensor.Float32((float[])latent.Clone(), 1, 4, Height / 8, Width / 8);
    }

    private sealed class Recorded(Dictionary<string, NetworkTensor> golden, bool isPrior) : INoiseSource
    {
        public void Fill(Span<float> destination, uint seed, GenerationStage stage, int step)
        {
            var round = (step - INoiseSource.InitialNoise) / INoiseSource.StepOf(1, 0);
            var number = step - INoiseSource.StepOf(round, INoiseSource.InitialNoise);
            var name = KandinskyFixture.Numbered("noise", number);
            if (golden.TryGetValue(name, out var noise) && noise.RowLength == destination.Length)
            {
                noise.FloatRow(isPrior ? round : 0).CopyTo(destination);
            }
            else
            {
                destination.Clear();
            }
        }
    }
}
