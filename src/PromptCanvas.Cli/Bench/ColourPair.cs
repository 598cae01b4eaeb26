using PromptCanvas.Diffusion.Images;

namespace PromptCanvas.Cli.Bench;

/// <summary>A prompt for two objects in two colours, one on top of the other, and the check that a picture shows both in the right order.</summary>
/// <remarks>The pixel metric for colour binding in <c>models/training/evaluate.py</c>, with the same constants.</remarks>
internal sealed record ColourPair(string Upper, string UpperShape, string Lower, string LowerShape)
{
    private const double LeastShare = 0.02;
    private const double LeastDistance = 0.12;
    private const double LeastChroma = 0.2;
    private const double LeastBrightness = 0.15;

    /// <summary>Colours whose shades share no hue with the others; first and last hue in degrees.</summary>
    private static readonly Dictionary<string, (double First, double Last)> Hues = new()
    {
        ["red"] = (345, 378),
        ["yellow"] = (40, 66),
        ["green"] = (100, 165),
        ["blue"] = (205, 245),
        ["purple"] = (262, 300),
    };

    private static readonly string[] Shapes = ["cube", "sphere", "cylinder", "cone", "pyramid"];

    public string Prompt => $"a {Upper} {UpperShape} on top of a {Lower} {LowerShape}";

    /// <summary>Every ordered pair of different colours once, cycling through the shapes.</summary>
    public static IReadOnlyList<ColourPair> All()
    {
        var colours = Hues.Keys.ToArray();
        var pairs = new List<ColourPair>();
        for (var distance = 1; distance < colours.Length; distance++)
        {
            for (var upper = 0; upper < colours.Length; upper++)
            {
                var number = pairs.Count;
                pairs.Add(new ColourPair(
                    colours[upper],
                    Shapes[number % Shapes.Length],
                    colours[(upper + distance) % colours.Length],
                    Shapes[(number + distance) % Shapes.Length]));
            }
        }

        return pairs;
    }

    /// <summary>Whether both colours cover enough of the picture, and whether the upper colour is above the lower one.</summary>
    public (bool Both, bool InOrder) Judge(SignedImage picture)
    {
        var (upperShare, upperRow) = Measure(picture, Hues[Upper]);
        var (lowerShare, lowerRow) = Measure(picture, Hues[Lower]);
        var both = upperShare >= LeastShare && lowerShare >= LeastShare;
        return (both, both && lowerRow - upperRow >= LeastDistance);
    }

    private static (double Share, double Row) Measure(SignedImage picture, (double First, double Last) hues)
    {
        var plane = picture.Width * picture.Height;
        var (count, rows) = (0, 0.0);
        for (var pixel = 0; pixel < plane; pixel++)
        {
            if (HasHue(picture.Values[pixel], picture.Values[plane + pixel], picture.Values[(2 * plane) + pixel], hues))
            {
                count++;
                rows += (double)(pixel / picture.Width) / picture.Height;
            }
        }

        return ((double)count / plane, rows / Math.Max(1, count));
    }

    private static bool HasHue(float signedRed, float signedGreen, float signedBlue, (double First, double Last) hues)
    {
        var (red, green, blue) = ((signedRed + 1) / 2.0, (signedGreen + 1) / 2.0, (signedBlue + 1) / 2.0);
        var high = Math.Max(red, Math.Max(green, blue));
        var chroma = high - Math.Min(red, Math.Min(green, blue));
        if (chroma <= LeastChroma || high <= LeastBrightness)
        {
            return false;
        }

        var sextant = high == red ? (((green - blue) / chroma) + 6) % 6 : high == green ? ((blue - red) / chroma) + 2 : ((red - green) / chroma) + 4;
        var hue = 60 * sextant;
        return (hue >= hues.First && hue <= hues.Last) || (hue + 360 >= hues.First && hue + 360 <= hues.Last);
    }
}
