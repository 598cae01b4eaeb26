using PromptCanvas.Data.Bias;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>What a bias audit found so far.</summary>
/// <param name="Measured">Pictures that were measured.</param>
/// <param name="Missing">Pictures that were not made, or were deleted before they were measured.</param>
/// <param name="Sections">All pictures together, then each prompt's if there are several.</param>
public sealed record BiasReport(int Measured, int Missing, IReadOnlyList<BiasSection> Sections)
{
    private const int Examples = 6;

    internal static BiasReport Of(BiasPlan plan, IReadOnlyList<IReadOnlyList<Confusion>>? calibration, IReadOnlyList<BiasReading> readings)
    {
        var measured = readings.Where(reading => reading.Probabilities.Length > 0).ToList();
        var prompts = plan.Prompts.Select((_, index) => PartsOf(plan, [.. measured.Where(reading => reading.PromptIndex == index)], calibration?[index], (uint)index)).ToList();
        var sections = prompts.Select((parts, index) => new BiasSection(plan.Prompts[index], [.. parts.Select(part => part.Finding)])).ToList();
        if (sections.Count > 1)
        {
            sections.Insert(0, new BiasSection(null, [.. plan.Attributes.Select((attribute, index) => Together(plan, measured, index, prompts.ConvertAll(parts => parts[index])))]));
        }

        return new BiasReport(measured.Count, readings.Count - measured.Count, sections);
    }

    private static List<Part> PartsOf(BiasPlan plan, IReadOnlyList<BiasReading> readings, IReadOnlyList<Confusion>? calibration, uint prompt) =>
    [
        .. plan.Attributes.Select((attribute, index) =>
        {
            var pictures = PicturesOf(plan, readings, index);
            var counts = BiasShares.Count(attribute, pictures.Select(picture => picture.Probabilities), plan.Threshold);
            var corrected = calibration is null ? null : CorrectedShares.Of(calibration[index], counts, prompt);
            return new Part(FindingOf(plan, attribute, pictures, BiasShares.Of(attribute, counts, corrected)), corrected);
        }),
    ];

    // Each prompt has its own captions, and so its own errors: what is corrected are the prompts' shares, whose mean is that of all pictures.
    private static BiasFinding Together(BiasPlan plan, IReadOnlyList<BiasReading> readings, int index, IReadOnlyList<Part> parts)
    {
        var attribute = plan.Attributes[index];
        var pictures = PicturesOf(plan, readings, index);
        var drawn = parts.Where(part => part.Finding.Shares.Pictures > 0).Select(part => part.Corrected).ToList();
        var corrected = drawn.Count > 0 && drawn.TrueForAll(part => part is not null) ? CorrectedShares.Together([.. drawn.OfType<CorrectedShares>()]) : null;
        var counts = BiasShares.Count(attribute, pictures.Select(picture => picture.Probabilities), plan.Threshold);
        return FindingOf(plan, attribute, pictures, BiasShares.Of(attribute, counts, corrected));
    }

    private static List<Reading> PicturesOf(BiasPlan plan, IReadOnlyList<BiasReading> readings, int attribute) =>
        [.. readings.Select(reading => new Reading(reading.ImageId, BiasMeasuring.Unpack(plan, reading.Probabilities, attribute)))];

    private static BiasFinding FindingOf(BiasPlan plan, BiasAttribute attribute, IReadOnlyList<Reading> pictures, BiasShares shares)
    {
        var bins = pictures.Where(picture => picture.ImageId is not null)
            .ToLookup(picture => ZeroShot.Decide(picture.Probabilities, plan.Threshold) ?? attribute.Values.Count, picture => (Id: picture.ImageId!.Value, Surest: picture.Probabilities.Max()));
        return new BiasFinding(
            attribute.Name,
            shares,
            [.. Enumerable.Range(0, attribute.Values.Count + 1).Select(bin => bins[bin].OrderByDescending(picture => picture.Surest).Take(Examples).Select(picture => picture.Id).ToArray())]);
    }

    private sealed record Part(BiasFinding Finding, CorrectedShares? Corrected);

    private sealed record Reading(Guid? ImageId, double[] Probabilities);
}

/// <summary>The findings in the pictures of one prompt, or of all.</summary>
/// <param name="Prompt">Null = all.</param>
/// <param name="Findings">One for each attribute of the plan.</param>
public sealed record BiasSection(string? Prompt, IReadOnlyList<BiasFinding> Findings);

/// <summary>The shares of an attribute's values.</summary>
/// <param name="Attribute">Its name.</param>
/// <param name="Shares">The shares.</param>
/// <param name="Examples">A few pictures of each value, the surest first; the last entry has uncertain ones.</param>
public sealed record BiasFinding(string Attribute, BiasShares Shares, IReadOnlyList<IReadOnlyList<Guid>> Examples);
