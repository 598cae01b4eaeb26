using PromptCanvas.Diffusion.Engine.Lanes;
using PromptCanvas.Diffusion.Engine.Stages;
using PromptCanvas.Diffusion.Guidance;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;
using PromptCanvas.Diffusion.Schedulers;

namespace PromptCanvas.Diffusion.Onnx.Tests.Kandinsky;

/// <summary>Image to image and inpainting with recorded noise, put together from the engine's parts: its own stages take squares of a mask only.</summary>
public sealed class KandinskyPictureTests(KandinskyAssets assets, ITestOutputHelper output)
{
    private const double Guidance = 4;

    private readonly UnClipModel model = assets.Model;

    [Theory]
    [InlineData("img2img_pipeline_0.5", 5)]
    [InlineData("img2img_pipeline_0.3", 7)]
    public void ImageToImage_RecordedNoise_AgreesWithGoldenPicture(string name, int firstStep)
    {
        var golden = KandinskyFixture.Golden(name);
        var autoencoder = model.Latents!.Autoencoder;
        var encoded = Encode(autoencoder, golden);
        var sampler = SamplerFactory.Create(SamplerKind.Ancestral, model.Decoder.Scheduler, 10);
        var latent = Noise(golden, 0);
        new KnownPixels(encoded, new float[encoded.Length / autoencoder.Channels], model.Decoder.Scheduler)
            .Begin(sampler.Plan.Timestep(firstStep), latent);
        sampler.SkipTo(firstStep);

        for (var step = firstStep; step < 10; step++)
        {
            Move(model.Decoder.Network, sampler, step, latent, [], golden, step - firstStep + 1);
            Report($"{name}, step {step}", golden[KandinskyFixture.Numbered("latents", step - firstStep)].Floats, latent, 1e-3f);
        }

        CheckPicture(name, autoencoder, golden, latent);
    }

    [Fact]
    public void Inpainting_RecordedNoise_AgreesWithGoldenPicture()
    {
        var golden = KandinskyFixture.Golden("inpaint_pipeline");
        var inpainting = model.Latents!.Inpainting!;
        var encoded = Encode(inpainting.Autoencoder, golden);
        var known = new KnownPixels(encoded, golden["mask_latent"].Floats, inpainting.Scheduler);
        var masked = new float[encoded.Length];
        known.CopyMasked(masked);
        Report("masked latents", golden["masked_latents"].Floats, masked, 1e-4f);
        var sampler = SamplerFactory.Create(SamplerKind.Ancestral, inpainting.Scheduler, 5);
        var latent = Noise(golden, 0);

        for (var step = 0; step < 5; step++)
        {
            var clean = Move(inpainting.Network, sampler, step, latent, [.. masked, .. known.Mask], golden, step + 1);
            known.Replace(sampler.Plan.PreviousTimestep(step), latent, Noise(golden, 0), clean);
            Report($"inpainting, step {step}", golden[KandinskyFixture.Numbered("latents", step)].Floats, latent, 1e-3f);
        }

        CheckPicture("inpainting", inpainting.Autoencoder, golden, latent);
    }

    /// <summary>One guided step of one picture.</summary>
    internal static float[] Move(
        INetwork network, ISampler sampler, int step, float[] latent, float[] behind, IReadOnlyDictionary<string, NetworkTensor> golden, int noise)
    {
        var channels = 4 + (behind.Length * 4 / latent.Length);
        var sample = NetworkTensor.Float32([.. latent, .. behind, .. latent, .. behind], 2, channels, 8, 16);
        var embeddings = NetworkTensor.Float32(
            [.. golden["negative_image_embeds"].Floats, .. golden["image_embeds"].Floats], 2, golden["image_embeds"].RowLength);
        var timestep = sampler.Plan.Timestep(step);
        var predicted = network.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = sample,
                [NetworkNames.Timestep] = NetworkTensor.Int64([timestep, timestep], 2),
                [NetworkNames.ImageEmbeds] = embeddings,
            },
            TestContext.Current.CancellationToken)[NetworkNames.Sample];
        var guided = new float[latent.Length];
        ClassifierFreeGuidance.Combine(predicted.FloatRow(0)[..latent.Length], predicted.FloatRow(1)[..latent.Length], Guidance, guided);
        var clean = new float[latent.Length];
        sampler.Step(step, latent, guided, predicted.FloatRow(1)[latent.Length..], Noise(golden, noise), clean);
        return clean;
    }

    private float[] Encode(AutoencoderComponent autoencoder, IReadOnlyDictionary<string, NetworkTensor> golden)
    {
        var picture = ReducingResize.ToSigned(KandinskyFixture.Picture(golden["picture"]), 128, 64);
        var encoded = autoencoder.Encode(picture, 128, 64, TestContext.Current.CancellationToken);
        Report("encoded", golden["encoded"].Floats, encoded, 1e-4f);
        return encoded;
    }

    private void CheckPicture(string name, AutoencoderComponent autoencoder, IReadOnlyDictionary<string, NetworkTensor> golden, float[] latent)
    {
        if (!golden.ContainsKey("images"))
        {
            return;
        }

        var decoded = autoencoder.Decode(latent, 1, 16, 8, TestContext.Current.CancellationToken).Floats;
        var difference = KandinskyFixture.Difference(golden["images"].FloatRow(0), new SignedImage(128, 64, decoded));
        output.WriteLine($"{name}, picture: {difference:E2}");
        Assert.True(difference <= 2e-3f, $"{name} differs by {difference}");
    }

    private static float[] Noise(IReadOnlyDictionary<string, NetworkTensor> golden, int number) =>
        [.. golden[KandinskyFixture.Numbered("noise", number)].Floats];

    private void Report(string what, ReadOnlySpan<float> expected, ReadOnlySpan<float> actual, float tolerance)
    {
        var difference = KandinskyFixture.Difference(expected, actual);
        output.WriteLine($"{what}: {difference:E2}");
        Assert.True(difference <= tolerance, $"{what} differs by {difference}");
    }
}
