using PromptCanvas.Data.Texts;
using PromptCanvas.Diffusion.Engine;

namespace PromptCanvas.Generation.Datasets;

/// <summary>The prompt, labels, split and request of each picture of a plan.</summary>
internal sealed class DatasetPrompts(DatasetPlan plan, PromptTemplate template, DatasetSplits splits)
{
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
