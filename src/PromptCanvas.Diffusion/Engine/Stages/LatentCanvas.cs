using System.Numerics.Tensors;
using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Models;
using PromptCanvas.Diffusion.Networks;

namespace PromptCanvas.Diffusion.Engine.Stages;

/// <summary>A lane's canvas and conditioning in a decoder of latents.</summary>
/// <param name="Network">Predicts its noise.</param>
/// <param name="Autoencoder">Makes a picture of it.</param>
/// <param name="Picture">The size of that picture.</param>
internal sealed record LatentCanvas(INetwork Network, AutoencoderComponent Autoencoder, PictureSize Picture)
{
    /// <summary>What guidance steers away from.</summary>
    public required LatentConditioning Unconditional { get; init; }

    /// <summary>What to draw.</summary>
    public required LatentConditioning Conditional { get; init; }

    /// <summary>w, in cells.</summary>
    public int Width => Picture.Width / Autoencoder.Factor;

    /// <summary>h, in cells.</summary>
    public int Height => Picture.Height / Autoencoder.Factor;

    public int Cells => Width * Height;

    /// <summary>Values of one latent.</summary>
    public int Length => Cells * Autoencoder.Channels;
}

/// <summary>What one row of a decoder of latents is conditioned on.</summary>
/// <param name="Embedding">The image embedding, or class labels made of it.</param>
/// <param name="Context">Text states; empty where the decoder reads none.</param>
internal sealed record LatentConditioning(float[] Embedding, float[] Context);

/// <summary>Runs an autoencoder's networks.</summary>
internal static class Autoencoders
{
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="pixels">(3, height, width) planar, signed range.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <param name="fillNoise">Fills a block with the standard normal noise that samples a latent; null = its mean. Not called where latents are not sampled.</param>
    /// <returns>(z, height/f, width/f) flattened, of its own.</returns>
    public static float[] Encode(
        this AutoencoderComponent autoencoder,
        float[] pixels,
        int width,
        int height,
        CancellationToken cancellationToken,
        Action<float[]>? fillNoise = null)
    {
        var outputs = autoencoder.Encoder.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = NetworkTensor.Float32(pixels, 1, SignedImage.Channels, height, width),
            },
            cancellationToken);
        var latent = outputs[NetworkNames.Latents].Floats;
        if (fillNoise is not null && outputs.TryGetValue(NetworkNames.Deviation, out var deviation))
        {
            var noise = new float[latent.Length];
            fillNoise(noise);
            TensorPrimitives.MultiplyAdd(deviation.Floats, noise, latent, latent);
        }

        return latent;
    }

    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="latents">(rows, z, height, width) flattened.</param>
    /// <param name="rows">How many.</param>
    /// <param name="width">In cells.</param>
    /// <param name="height">In cells.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>(rows, 3, f·height, f·width), signed range, not clamped.</returns>
    public static NetworkTensor Decode(
        this AutoencoderComponent autoencoder, float[] latents, int rows, int width, int height, CancellationToken cancellationToken) =>
        autoencoder.Decoder.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Latents] = NetworkTensor.Float32(latents, rows, autoencoder.Channels, height, width),
            },
            cancellationToken)[NetworkNames.Sample];
}
