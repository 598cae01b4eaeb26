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
    /// <summary>What guidance steers away from, E values.</summary>
    public required float[] Unconditional { get; init; }

    /// <summary>The image embedding to draw, E values.</summary>
    public required float[] Conditional { get; init; }

    /// <summary>w, in cells.</summary>
    public int Width => Picture.Width / Autoencoder.Factor;

    /// <summary>h, in cells.</summary>
    public int Height => Picture.Height / Autoencoder.Factor;

    public int Cells => Width * Height;

    /// <summary>Values of one latent.</summary>
    public int Length => Cells * Autoencoder.Channels;
}

/// <summary>Runs an autoencoder's networks.</summary>
internal static class Autoencoders
{
    /// <param name="autoencoder">The autoencoder.</param>
    /// <param name="pixels">(3, height, width) planar, signed range.</param>
    /// <param name="width">In pixels.</param>
    /// <param name="height">In pixels.</param>
    /// <param name="cancellationToken">Stops the run.</param>
    /// <returns>(z, height/f, width/f) flattened, of its own.</returns>
    public static float[] Encode(
        this AutoencoderComponent autoencoder, float[] pixels, int width, int height, CancellationToken cancellationToken) =>
        autoencoder.Encoder.Run(
            new Dictionary<string, NetworkTensor>
            {
                [NetworkNames.Sample] = NetworkTensor.Float32(pixels, 1, SignedImage.Channels, height, width),
            },
            cancellationToken)[NetworkNames.Latents].Floats;

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
