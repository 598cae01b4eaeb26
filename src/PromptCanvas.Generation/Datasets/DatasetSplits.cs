using System.Globalization;
using System.Text.RegularExpressions;
using PromptCanvas.Diffusion.Randomness;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Datasets;

/// <summary>The parts of a data set, such as train and test, and which picture belongs to which.</summary>
internal sealed partial class DatasetSplits
{
    private const double Tolerance = 1e-6;

    // The third word of the counter: independent of the draws of the slots.
    private const uint OrderStep = 1;

    private readonly string[] assigned;

    private DatasetSplits(IReadOnlyList<string> names, string[] assigned) => (Names, this.assigned) = (names, assigned);

    public IReadOnlyList<string> Names { get; }

    /// <summary>The part that a picture belongs to.</summary>
    public string Of(int index) => assigned[index];

    /// <summary>Divides a data set: the numbers are exact, to one picture; the order is random.</summary>
    /// <param name="text">NAME=SHARE,… with shares that add up to 1.</param>
    /// <param name="count">The number of pictures.</param>
    /// <param name="seed">The data set's seed.</param>
    /// <returns>Or which name or share is wrong.</returns>
    public static Result<DatasetSplits> Parse(string text, int count, uint seed)
    {
        var parts = new List<(string Name, double Share)>();
        foreach (var written in text.Split(','))
        {
            if (ParsePart(written) is not { } part)
            {
                return new InvalidInput("split", $"The split takes NAME=SHARE,NAME=SHARE, such as train=0.8,test=0.2, not '{Excerpt.Of(written)}'.");
            }

            parts.Add(part);
        }

        if (parts.Select(part => part.Name).Distinct().Count() < parts.Count || Math.Abs(parts.Sum(part => part.Share) - 1) > Tolerance)
        {
            return new InvalidInput("split", $"The split {Excerpt.Of(text)}: use each name once, with shares that add up to 1, such as train=0.8,test=0.2.");
        }

        var order = Enumerable.Range(0, count).OrderBy(index => Philox4x32.Generate(((uint)index, 0, OrderStep, 0), (seed, 0)).X0).ToArray();
        var assigned = new string[count];
        var (share, next) = (0.0, 0);
        foreach (var part in parts)
        {
            share += part.Share;
            for (var end = (int)Math.Round(share * count); next < end; next++)
            {
                assigned[order[next]] = part.Name;
            }
        }

        return new DatasetSplits([.. parts.Select(part => part.Name)], assigned);
    }

    private static (string Name, double Share)? ParsePart(string part)
    {
        var pieces = part.Split('=');
        return pieces.Length == 2 && Word().IsMatch(pieces[0].Trim())
            && double.TryParse(pieces[1], NumberStyles.Float, CultureInfo.InvariantCulture, out var share) && share is > 0 and <= 1
            ? (pieces[0].Trim(), share)
            : null;
    }

    // Not the names of the folders that the other formats use.
    [GeneratedRegex("^(?!annotations$|webdataset$)[a-z][a-z0-9_]*$")]
    private static partial Regex Word();
}
