using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Datasets;

/// <summary>The prompt, labels, split and request of each picture of a plan.</summary>
internal sealed class DatasetPrompts(DatasetPlan plan, PromptTemplate template, DatasetSplits splits)
{
    /// <summary>The prompts of a plan.</summary>
    /// <returns>Or what is wrong with its template or its splits.</returns>
    public static Result<DatasetPrompts> Of(DatasetPlan plan)
    {
        if (!PromptTemplate.Of(plan.Template, plan.Slots).TryGet(out var template, out var invalid))
        {
            return invalid;
        }

        return DatasetSplits.Parse(plan.Split, plan.Count, plan.Seed).TryGet(out var splits, out var refusal) ? new DatasetPrompts(plan, template, splits) : refusal;
    }

    /// <summary>How many different prompts there can be.</summary>
    public double Combinations => template.Combinations;

    public IReadOnlyList<string> Splits => splits.Names;

    public IReadOnlyList<TemplateSlot> Slots => template.Slots;

    /// <summary>The value of each slot.</summary>
    public IReadOnlyList<string> LabelsOf(int index) => template.Draw(plan.Seed, index);

    public string PromptOf(int index) => TextRules.Normalize(template.Fill(LabelsOf(index)));

    public string SplitOf(int index) => splits.Of(index);

    public GenerationRequest Request(int index, int attempt) => new()
    {
        Prompt = PromptOf(index),
        Seed = plan.SeedOf(index, attempt),
        Count = 1,
        Size = plan.Size,
        PreviewsWanted = _ => false,
    };
}
