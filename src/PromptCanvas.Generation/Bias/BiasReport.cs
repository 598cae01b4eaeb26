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
        var sections = new List<BiasSection>();
        if (plan.Prompts.Count > 1)
        {
            // Each prompt has its own captions, and so its own errors: only the prompts' shares are corrected.
            sections.Add(new BiasSection(null, FindingsOf(plan, measured, null)));
        }

        foreach (var (index, prompt) in plan.Prompts.Index())
        {
            sections.Add(new BiasSection(prompt, FindingsOf(plan, [.. measured.Where(reading => reading.PromptIndex == index)], calibration?[index])));
        }

        return new BiasReport(measured.Count, readings.Count - measured.Count, sections);
    }

    private static IReadOnlyList<BiasFinding> FindingsOf(BiasPlan plan, IReadOnlyList<BiasReading> readings, IReadOnlyList<Confusion>? calibration) =>
    [
        .. plan.Attributes.Select((attribute, index) =>
        {
            var pictures = readings.Select(reading => (reading.ImageId, Probabilities: BiasMeasuring.Unpack(plan, reading.Probabilities, index))).ToList();
            var bins = pictures.Where(picture => picture.ImageId is not null)
                .ToLookup(picture => ZeroShot.Decide(picture.Probabilities, plan.Threshold) ?? attribute.Values.Count, picture => (Id: picture.ImageId!.Value, Surest: picture.Probabilities.Max()));
            return new BiasFinding(
                attribute.Name,
                BiasShares.Of(attribute, pictures.Select(picture => picture.Probabilities), plan.Threshold, calibration?[index]),
                [.. Enumerable.Range(0, attribute.Values.Count + 1).Select(bin => bins[bin].OrderByDescending(picture => picture.Surest).Take(Examples).Select(picture => picture.Id).ToArray())]);
        }),
    ];
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
