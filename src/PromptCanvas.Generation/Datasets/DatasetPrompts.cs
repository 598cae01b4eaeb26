using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;
using PromptCanvas.Imaging.Editing;

namespace PromptCanvas.Generation.Datasets;

/// <summary>The prompt, labels, split, box and request of each picture of a plan.</summary>
internal sealed class DatasetPrompts
{
    private readonly DatasetPlan plan;
    private readonly PromptTemplate template;
    private readonly DatasetSplits splits;
    private readonly DatasetBoxes? boxes;

    private DatasetPrompts(DatasetPlan plan, PromptTemplate template, DatasetSplits splits, DatasetBoxes? boxes) =>
        (this.plan, this.template, this.splits, this.boxes) = (plan, template, splits, boxes);

    /// <summary>The prompts of a plan.</summary>
    /// <returns>Or what is wrong with its template, its splits or its edit.</returns>
    public static Result<DatasetPrompts> Of(DatasetPlan plan)
    {
        if (!PromptTemplate.Of(plan.Template, plan.Slots).TryGet(out var template, out var invalid))
        {
            return invalid;
        }

        if (!DatasetSplits.Parse(plan.Split, plan.Count, plan.Seed).TryGet(out var splits, out var refusal))
        {
            return refusal;
        }

        if (plan.Edit is not { } edit)
        {
            return new DatasetPrompts(plan, template, splits, null);
        }

        if (template.CheckBase(edit.Base).Refusal is { } badBase)
        {
            return badBase;
        }

        return DatasetBoxes.Parse(edit.Box).TryGet(out var boxes, out var badBox) ? new DatasetPrompts(plan, template, splits, boxes) : badBox;
    }

    /// <summary>How many different prompts there can be.</summary>
    public double Combinations => template.Combinations;

    public IReadOnlyList<string> Splits => splits.Names;

    public IReadOnlyList<TemplateSlot> Slots => template.Slots;

    /// <summary>The value of each slot.</summary>
    public IReadOnlyList<string> LabelsOf(int index) => template.Draw(plan.Seed, index);

    public string PromptOf(int index) => TextRules.Normalize(template.Fill(LabelsOf(index)));

    /// <summary>The prompt of a picture's base; null = it has none.</summary>
    public string? BaseOf(int index) => plan.Edit is { } edit ? TextRules.Normalize(template.Fill(edit.Base, LabelsOf(index))) : null;

    /// <summary>Whether a slot is only in the template, so that its value is what the box shows.</summary>
    public bool IsPainted(TemplateSlot slot) => plan.Edit is { } edit && !PromptTemplate.Names(edit.Base).Contains(slot.Name);

    /// <summary>The painted part of a picture of this size; null = it was drawn at once.</summary>
    public PixelRectangle? BoxOf(int index, int width, int height) => boxes?.Of(plan.Seed, index, width, height);

    public string SplitOf(int index) => splits.Of(index);

    /// <summary>The request of a picture that is drawn at once, or of a base.</summary>
    /// <param name="prompt">Its prompt.</param>
    /// <param name="index">Its number.</param>
    /// <param name="attempt">From 0: how many draws were refused before.</param>
    public GenerationRequest Request(string prompt, int index, int attempt) => new()
    {
        Prompt = prompt,
        Seed = plan.SeedOf(index, attempt),
        Count = 1,
        Size = plan.Size,
        PreviewsWanted = _ => false,
    };
}
