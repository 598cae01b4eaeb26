using System.Globalization;
using System.Text;

namespace PromptCanvas.Generation.Datasets;

/// <summary>The data set's <c>README.md</c>: what it is, how it was made, and what was left out.</summary>
internal static class DataCard
{
    public static string Write(DatasetPlan plan, DatasetPrompts prompts, IReadOnlyList<DatasetEntry> entries)
    {
        var kept = entries.Where(entry => entry.File is not null).ToList();
        var card = new StringBuilder();
        AddHead(card, prompts, kept);
        card.Append(CultureInfo.InvariantCulture, $"""
            # {plan.Template}

            {kept.Count} pictures of {plan.Size} pixels, drawn by the model {plan.Model} with PromptCanvas: none is a photograph. The licence of the model applies.

            ## How it was made

            - Template: `{plan.Template}`
            - Seed {plan.Seed}: it decides the slots, the splits and the pictures. Picture i, drawn for the (a + 1)-th time, has seed {plan.Seed} + i + {plan.Count}·a.
            - Least similarity of a picture to its prompt (cosine in the model's CLIP): {Number(plan.LeastSimilarity)}
            - Least distance between two pictures (1 − cosine in the model's CLIP): {Number(plan.LeastDistance)}
            - Asked for {plan.Count}; {kept.Count(entry => entry.Attempt > 0)} were drawn more than once, {entries.Count - kept.Count} were left out because none of {plan.Redraws + 1} draws passed.

            """);
        AddEdit(card, plan, prompts, kept);
        AddSimilarity(card, kept);
        AddSlots(card, prompts, kept);
        AddRefusals(card, prompts, entries);
        return card.ToString();
    }

    // The head tells Hugging Face's loader which pictures are whose, whatever else lies in the folder.
    private static void AddHead(StringBuilder card, DatasetPrompts prompts, List<DatasetEntry> kept)
    {
        card.Append("---\ntags:\n- synthetic\nconfigs:\n- config_name: default\n  data_files:\n");
        foreach (var split in prompts.Splits.Where(split => kept.Exists(entry => prompts.SplitOf(entry.Index) == split)))
        {
            card.Append(CultureInfo.InvariantCulture, $"  - split: {split}\n    path: {split}/*\n");
        }

        card.Append("---\n\n");
    }

    private static void AddEdit(StringBuilder card, DatasetPlan plan, DatasetPrompts prompts, List<DatasetEntry> kept)
    {
        if (plan.Edit is not { } edit)
        {
            return;
        }

        var gone = kept.Count(entry => !entry.HasBase);
        var painted = prompts.Slots.Where(prompts.IsPainted).Select(slot => slot.Name);
        card.Append(CultureInfo.InvariantCulture, $"""
            - Each picture is an edit: first its base was drawn from `{edit.Base}`, then the prompt was painted into a box of it, with the same seed. Outside the box it has the pixels of its base.
            - Box: `{edit.Box}`, in shares of the picture's sides; two numbers are the least and the most side of a random box, four are left, top, width and height of the same box in all pictures.
            - Masks: in `masks` below each split, white where the picture was painted. They and the boxes of {string.Join(", ", painted)} say where was painted; what was painted need not fill the box.
            - Bases: in `bases` below each split, as they were before the box was painted.{(gone == 0 ? "" : FormattableString.Invariant($" {gone} were deleted."))}

            """);
    }

    private static void AddSimilarity(StringBuilder card, List<DatasetEntry> kept)
    {
        var similarities = kept.Select(entry => entry.Similarity).OfType<double>().Order().ToList();
        if (similarities.Count > 0)
        {
            card.Append(
                CultureInfo.InvariantCulture, $"- Similarity to the prompt: lowest {similarities[0]:F3}, median {similarities[similarities.Count / 2]:F3}, highest {similarities[^1]:F3}\n");
        }
    }

    private static void AddSlots(StringBuilder card, DatasetPrompts prompts, List<DatasetEntry> kept)
    {
        foreach (var (place, slot) in prompts.Slots.Index())
        {
            var counts = kept.CountBy(entry => prompts.LabelsOf(entry.Index)[place]).ToDictionary();
            var weights = slot.Values.Sum(value => value.Weight);
            card.Append(CultureInfo.InvariantCulture, $"\n## {slot.Name}\n\n| value | asked for | pictures |\n|---|---|---|\n");
            foreach (var value in slot.Values)
            {
                card.Append(CultureInfo.InvariantCulture, $"| {value.Text} | {100 * value.Weight / weights:0.#} % | {counts.GetValueOrDefault(value.Text)} |\n");
            }
        }
    }

    private static void AddRefusals(StringBuilder card, DatasetPrompts prompts, IReadOnlyList<DatasetEntry> entries)
    {
        var refused = entries.Where(entry => entry.File is null).ToList();
        if (refused.Count == 0)
        {
            return;
        }

        card.Append("\n## Left out\n\nThe last draw's reason:\n\n");
        foreach (var entry in refused)
        {
            card.Append(CultureInfo.InvariantCulture, $"- {entry.Index}, \"{prompts.PromptOf(entry.Index)}\": {entry.Refusal}\n");
        }
    }

    private static string Number(double? value) => value?.ToString("0.###", CultureInfo.InvariantCulture) ?? "not asked for";
}
