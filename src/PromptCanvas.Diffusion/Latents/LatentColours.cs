using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Diffusion.Latents;

/// <summary>The colour of a latent's cell as a linear function of its numbers: a preview that costs nothing beside the autoencoder.</summary>
/// <remarks>The pictures of latents are as many times smaller as the autoencoder's cells are large.</remarks>
public sealed class LatentColours
{
    private readonly float[] map;
    private readonly int channels;

    /// <summary>Wraps a fitted map.</summary>
    /// <param name="map">For red, green and blue in turn the weight of each channel, then the offset: 3·(z + 1) numbers.</param>
    /// <param name="channels">z.</param>
    /// <exception cref="ArgumentException">There are not 3·(z + 1) numbers.</exception>
    public LatentColours(float[] map, int channels)
    {
        ArgumentNullException.ThrowIfNull(map);
        if (map.Length != LengthFor(channels))
        {
            throw new ArgumentException($"A map of {channels} channels has {LengthFor(channels)} numbers, not {map.Length}.", nameof(map));
        }

        this.map = map;
        this.channels = channels;
    }

    /// <summary>The numbers of a map.</summary>
    /// <param name="channels">z.</param>
    public static int LengthFor(int channels) => SignedImage.Channels * (channels + 1);

    /// <summary>A picture with one pixel for each cell.</summary>
    /// <param name="latent">(z, h, w) flattened.</param>
    /// <param name="width">w in cells.</param>
    /// <param name="height">h in cells.</param>
    /// <returns>Signed range, clamped.</returns>
    public SignedImage ToPicture(ReadOnlySpan<float> latent, int width, int height)
    {
        var cells = width * height;
        var values = new float[SignedImage.Channels * cells];
        for (var colour = 0; colour < SignedImage.Channels; colour++)
        {
            var weights = map.AsSpan(colour * (channels + 1), channels + 1);
            for (var cell = 0; cell < cells; cell++)
            {
                var value = weights[channels];
                for (var channel = 0; channel < channels; channel++)
                {
                    value += weights[channel] * latent[(channel * cells) + cell];
                }

                values[(colour * cells) + cell] = Math.Clamp(value, -1, 1);
            }
        }

        return new SignedImage(width, height, values);
    }
}
