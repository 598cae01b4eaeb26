using PromptCanvas.Data.Series;

namespace PromptCanvas.Data.Datasets;

/// <summary>A data set: labelled pictures of a prompt with slots.</summary>
public sealed class Dataset : JobSeries
{
    public override string KeyPrefix => $"dataset-{Id:N}-";
}
