using Microsoft.Extensions.Localization;
using PromptCanvas.Generation.Datasets;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Datasets;

/// <summary>Figures of data sets in words.</summary>
internal static class DatasetWords
{
    public static string Progress(DatasetView dataset, IStringLocalizer<Texts> texts) =>
        texts["DatasetProgress", dataset.Kept, dataset.Pictures] + (dataset.LeftOut > 0 ? $" · {texts["DatasetLeftOut", dataset.LeftOut]}" : "");
}
