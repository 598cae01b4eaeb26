using PromptCanvas.Diffusion.Images;
using PromptCanvas.Diffusion.Randomness;

namespace PromptCanvas.Diffusion.Latents;

/// <summary>Small pictures that together span colours and textures, to fit a <see cref="LatentColours"/> on. Always the same.</summary>
internal static class ColourPictures
{
    /// <summary>The number of pictures; the last one is held back to check the fit.</summary>
    public const int Count = 8;

    private const int ChartCells = 8;
    private const int Gradients = 3;

    /// <summary>One of them.</summary>
    /// <param name="index">0 … <see cref="Count"/> − 1.</param>
    /// <param name="side">In pixels.</param>
    /// <returns>(3, side, side) flattened, signed range.</returns>
    public static float[] Create(int index, int side) => index switch
    {
        0 => Chart(side),
        <= Gradients => Gradient(index - 1, side),
        _ => Clouds(index, side, 1 << (index % 4)),
    };

    /// <summary>Patches of 64 colours.</summary>
    private static float[] Chart(int side)
    {
        var values = new float[SignedImage.Channels * side * side];
        for (var pixel = 0; pixel < side * side; pixel++)
        {
            var cell = (pixel / side * ChartCells / side * ChartCells) + (pixel % side * ChartCells / side);
            for (var colour = 0; colour < SignedImage.Channels; colour++)
            {
                // Two bits of the patch's number for each colour: 64 patches, all combinations of four levels.
                var level = (cell >> (2 * colour)) & 3;
                values[(colour * side * side) + pixel] = (level / 1.5f) - 1;
            }
        }

        return values;
    }

    /// <summary>From one colour to its opposite along x, darker along y.</summary>
    private static float[] Gradient(int which, int side)
    {
        var values = new float[SignedImage.Channels * side * side];
        for (var pixel = 0; pixel < side * side; pixel++)
        {
            var (x, y) = ((2f * (pixel % side) / (side - 1)) - 1, (float)(pixel / side) / (side - 1));
            for (var colour = 0; colour < SignedImage.Channels; colour++)
            {
                var hue = colour == which ? x : -x;
                values[(colour * side * side) + pixel] = ((hue + 1) * (1 - (0.75f * y))) - 1;
            }
        }

        return values;
    }

    /// <summary>Coloured noise of a coarseness, enlarged smoothly.</summary>
    private static float[] Clouds(int seed, int side, int coarseness)
    {
        var grid = Math.Max(2, side / (4 * coarseness));
        var noise = new float[SignedImage.Channels * grid * grid];
        PhiloxNoise.Fill(noise, (uint)seed, NoiseStage.Decoder, PhiloxNoise.InitialStep);
        var values = new float[SignedImage.Channels * side * side];
        new BicubicResampler(grid, grid, side, side).Resample(noise, values);
        for (var index = 0; index < values.Length; index++)
        {
            values[index] = MathF.Tanh(0.8f * values[index]);
        }

        return values;
    }
}
