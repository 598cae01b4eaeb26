using System.Globalization;
using PromptCanvas.Diffusion.Randomness;
using PromptCanvas.Generation.Results;
using PromptCanvas.Imaging.Editing;

namespace PromptCanvas.Generation.Datasets;

/// <summary>Where each picture of a data set is painted: the same box in all of them, or one of a random size and place.</summary>
internal sealed class DatasetBoxes
{
    // The third word of the counter: independent of the draws of the slots and of the splits.
    private const uint BoxStep = 2;

    // At 64 pixels, the fewest in which something can be seen; a box of almost the whole picture leaves nothing of its base.
    private const double LeastShare = 0.125;
    private const double MostShare = 0.9;

    private readonly double[] shares;

    private DatasetBoxes(double[] shares) => this.shares = shares;

    private bool IsFixed => shares.Length > 2;

    /// <summary>Reads <c>LEAST-MOST</c>, between which the sides of random boxes are, or <c>LEFT,TOP,WIDTH,HEIGHT</c>. All are shares of the picture's sides.</summary>
    /// <returns>Or what is wrong with it.</returns>
    public static Result<DatasetBoxes> Parse(string text)
    {
        var isFixed = text.Contains(',', StringComparison.Ordinal);
        if (Numbers(text, isFixed ? ',' : '-') is not { } shares || shares.Length != (isFixed ? 4 : 2))
        {
            return new InvalidInput("box", $"The box takes LEAST-MOST, such as 0.3-0.6, or LEFT,TOP,WIDTH,HEIGHT, such as 0.25,0.25,0.5,0.5, not '{Excerpt.Of(text)}'.");
        }

        var sides = shares[^2..];
        if (sides.Any(side => side is < LeastShare or > MostShare))
        {
            return new InvalidInput("box", FormattableString.Invariant($"The sides of the box are {LeastShare} to {MostShare} of the picture's."));
        }

        if (isFixed ? shares[0] + shares[2] > 1 || shares[1] + shares[3] > 1 : shares[0] > shares[1])
        {
            return new InvalidInput("box", isFixed ? "The box must lie inside the picture." : "The least side of the box must not be longer than the most.");
        }

        return new DatasetBoxes(shares);
    }

    /// <summary>The box of one picture.</summary>
    /// <param name="seed">The data set's seed.</param>
    /// <param name="index">The picture's number.</param>
    /// <param name="width">The picture's width in pixels.</param>
    /// <param name="height">The picture's height in pixels.</param>
    public PixelRectangle Of(uint seed, int index, int width, int height)
    {
        if (IsFixed)
        {
            return Place(width, height, (shares[0], shares[1]), (shares[2], shares[3]));
        }

        var words = Philox4x32.Generate(((uint)index, 0, BoxStep, 0), (seed, 0));
        var (wide, high) = (Side(words.X0), Side(words.X1));
        return Place(width, height, (Unit(words.X2) * (1 - wide), Unit(words.X3) * (1 - high)), (wide, high));
    }

    private static double[]? Numbers(string text, char separator)
    {
        var parts = text.Split(separator);
        var numbers = new double[parts.Length];
        for (var part = 0; part < parts.Length; part++)
        {
            if (!double.TryParse(parts[part], NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingWhite | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out numbers[part]))
            {
                return null;
            }
        }

        return numbers;
    }

    private static PixelRectangle Place(int width, int height, (double Left, double Top) corner, (double Width, double Height) sides)
    {
        var (wide, high) = ((int)Math.Round(sides.Width * width), (int)Math.Round(sides.Height * height));
        return new PixelRectangle(Math.Min((int)Math.Round(corner.Left * width), width - wide), Math.Min((int)Math.Round(corner.Top * height), height - high), wide, high);
    }

    private double Side(uint word) => shares[0] + (Unit(word) * (shares[1] - shares[0]));

    // From 0 (included) to 1 (excluded).
    private static double Unit(uint word) => word / (uint.MaxValue + 1.0);
}
