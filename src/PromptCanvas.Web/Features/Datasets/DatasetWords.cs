using Microsoft.Extensions.Localization;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Datasets;

/// <summary>States and figures of data sets in words.</summary>
internal static class DatasetWords
{
    public static string Of(SeriesState state, IStringLocalizer<Texts> texts) => state switch
    {
        SeriesState.Running => texts["BiasRunning"],
        SeriesState.Done => texts["BiasDone"],
        SeriesState.Failed => texts["BiasFailed"],
        _ => texts["BiasCancelled"],
    };

    public static string Progress(DatasetView dataset, IStringLocalizer<Texts> texts) =>
        texts["DatasetProgress", dataset.Kept, dataset.Pictures] + (dataset.LeftOut > 0 ? $" · {texts["DatasetLeftOut", dataset.LeftOut]}" : "");
}
