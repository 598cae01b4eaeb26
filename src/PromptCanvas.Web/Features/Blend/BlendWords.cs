using Microsoft.Extensions.Localization;

using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Blend;

/// <summary>Describes blend weights in words: "Mostly a red cube, some blue star, a trace of snow".</summary>
internal static class BlendWords
{
    private const double Nothing = 0.005;
    private const double Trace = 0.15;
    private const double Most = 0.55;

    // Weights this close count as equal; a handle cannot be placed more exactly by hand.
    private const double Even = 0.03;

    /// <param name="weights">One per name; they sum to 1.</param>
    public static string Say(IReadOnlyList<string> names, IReadOnlyList<double> weights, IStringLocalizer<Texts> texts)
    {
        var parts = names.Zip(weights, (name, weight) => (Name: name, Weight: weight))
            .Where(part => part.Weight >= Nothing).OrderByDescending(part => part.Weight).ToList();
        if (parts.Count == 0)
        {
            return "";
        }

        if (parts.Count == 1)
        {
            return texts["BlendOnly", parts[0].Name];
        }

        if (parts[0].Weight - parts[^1].Weight < Even)
        {
            return texts["BlendEqual", string.Join(", ", parts.Select(part => part.Name))];
        }

        return string.Join(", ", parts.Select((part, place) => Part(part.Name, part.Weight, place, texts)));
    }

    private static string Part(string name, double weight, int place, IStringLocalizer<Texts> texts) => (place, weight) switch
    {
        (0, >= Most) => texts["BlendMostly", name],
        (0, _) => texts["BlendMore", name],
        (_, < Trace) => texts["BlendTrace", name],
        _ => texts["BlendSome", name],
    };
}
