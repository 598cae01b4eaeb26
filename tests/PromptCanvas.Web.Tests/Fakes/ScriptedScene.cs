using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Web.Tests.Fakes;

/// <summary>A picture that can be drawn at any size and any degree of noise: two shaded balls in front of a plain wall, chosen by the seed.</summary>
public sealed class ScriptedScene(uint seed)
{
    private static readonly float[][] Colours =
    [
        [0.86f, 0.16f, 0.16f], [0.16f, 0.36f, 0.86f], [0.16f, 0.64f, 0.3f], [0.95f, 0.77f, 0.2f],
        [0.55f, 0.3f, 0.8f], [0.95f, 0.55f, 0.15f], [0.95f, 0.6f, 0.7f], [0.93f, 0.93f, 0.93f],
    ];

    private readonly float[] wall = Colours[(seed + 3) % Colours.Length];
    private readonly float[] upper = Colours[seed % Colours.Length];
    private readonly float[] lower = Colours[((seed / 8) + 5 + seed) % Colours.Length];

    /// <param name="clarity">0 = a grey estimate, 1 = the finished picture.</param>
    public SignedImage Draw(int side, float clarity)
    {
        var values = new float[3 * side * side];
        var random = new Random((int)(seed + (clarity * 1000)));
        var softness = 0.004f + ((1 - clarity) * 0.3f);
        for (var pixel = 0; pixel < side * side; pixel++)
        {
            var x = (pixel % side + 0.5f) / side;
            var y = (pixel / side + 0.5f) / side;
            var noise = (random.NextSingle() - 0.5f) * 0.5f * (1 - clarity);
            for (var channel = 0; channel < 3; channel++)
            {
                var unit = Blend(wall[channel] * (0.92f - (0.2f * y)), lower[channel], x - 0.5f, y - 0.68f, 0.21f, softness);
                unit = Blend(unit, upper[channel], x - 0.5f, y - 0.31f, 0.16f, softness);
                values[(channel * side * side) + pixel] = ((unit + noise) * 2) - 1;
            }
        }

        return new SignedImage(side, side, values);
    }

    private static float Blend(float behind, float colour, float dx, float dy, float radius, float softness)
    {
        var distance = MathF.Sqrt((dx * dx) + (dy * dy));
        var cover = Math.Clamp(((radius - distance) / softness) + 0.5f, 0, 1);
        var light = 1.08f - (((dx + dy) / radius) * 0.28f) - (distance / radius * 0.22f);
        return (behind * (1 - cover)) + (colour * light * cover);
    }
}
