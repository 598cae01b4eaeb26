using PromptCanvas.Diffusion.Images;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>Drawn shapes whose colour is known, for the calibration of an attribute of colours.</summary>
public static class RenderedExamples
{
    private const int Side = 64;
    private const int Samples = 3;

    // The colours of models/training/scenes.py.
    private static readonly Dictionary<string, (double Red, double Green, double Blue)> Colours = new(StringComparer.OrdinalIgnoreCase)
    {
        ["red"] = (0.87, 0.15, 0.15),
        ["orange"] = (0.98, 0.53, 0.11),
        ["yellow"] = (0.98, 0.84, 0.20),
        ["green"] = (0.14, 0.63, 0.29),
        ["blue"] = (0.17, 0.36, 0.86),
        ["purple"] = (0.54, 0.26, 0.75),
        ["pink"] = (0.96, 0.52, 0.73),
        ["brown"] = (0.50, 0.31, 0.17),
        ["black"] = (0.13, 0.13, 0.15),
        ["white"] = (0.88, 0.88, 0.88),
    };

    // Whether a point is in a shape, in units of its radius.
    private static readonly Func<double, double, bool>[] Shapes =
    [
        (x, y) => (x * x) + (y * y) <= 1,
        (x, y) => Math.Abs(x) <= 0.85 && Math.Abs(y) <= 0.85,
        (x, y) => y is >= -0.95 and <= 0.8 && Math.Abs(x) <= (y + 0.95) * 0.57,
        (x, y) => (x * x) + (y * y) is <= 1 and >= 0.3,
    ];

    private static readonly (double X, double Y, double Radius)[] Places = [(0.5, 0.5, 0.3), (0.42, 0.56, 0.24), (0.57, 0.45, 0.36)];

    /// <summary>Whether all of an attribute's values are colours that can be drawn.</summary>
    public static bool Suit(BiasAttribute attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        return attribute.Values.All(value => Colours.ContainsKey(value.Name));
    }

    /// <summary>The same number of pictures for each value of an attribute that they suit.</summary>
    public static IEnumerable<(int Value, SourcePicture Picture)> Of(BiasAttribute attribute)
    {
        ArgumentNullException.ThrowIfNull(attribute);
        return
            from value in attribute.Values.Index()
            from shape in Shapes
            from place in Places
            select (value.Index, Draw(Colours[value.Item.Name], shape, place));
    }

    private static SourcePicture Draw((double Red, double Green, double Blue) colour, Func<double, double, bool> isInside, (double X, double Y, double Radius) place)
    {
        var bytes = new byte[SignedImage.Channels * Side * Side];
        for (var y = 0; y < Side; y++)
        {
            for (var x = 0; x < Side; x++)
            {
                var cover = Cover(x, y, isInside, place);
                var at = SignedImage.Channels * ((y * Side) + x);
                (bytes[at], bytes[at + 1], bytes[at + 2]) = (Level(colour.Red, cover), Level(colour.Green, cover), Level(colour.Blue, cover));
            }
        }

        return new SourcePicture(Side, Side, bytes);
    }

    // The part of a pixel that the shape covers.
    private static double Cover(int x, int y, Func<double, double, bool> isInside, (double X, double Y, double Radius) place)
    {
        var inside = 0;
        for (var sample = 0; sample < Samples * Samples; sample++)
        {
            var across = (x + ((sample % Samples) + 0.5) / Samples) / Side;
            var down = (y + ((sample / Samples) + 0.5) / Samples) / Side;
            inside += isInside((across - place.X) / place.Radius, (down - place.Y) / place.Radius) ? 1 : 0;
        }

        return (double)inside / (Samples * Samples);
    }

    private static byte Level(double colour, double cover) => (byte)Math.Round(byte.MaxValue * (1 - cover + (cover * colour)));
}
