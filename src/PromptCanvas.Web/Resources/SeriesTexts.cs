using Microsoft.Extensions.Localization;
using PromptCanvas.Data.Series;

namespace PromptCanvas.Web.Resources;

/// <summary>States of background series in words.</summary>
internal static class SeriesTexts
{
    public static string Of(this IStringLocalizer<Texts> texts, SeriesState state) => state switch
    {
        SeriesState.Running => texts["SeriesRunning"],
        SeriesState.Done => texts["SeriesDone"],
        SeriesState.Failed => texts["SeriesFailed"],
        _ => texts["SeriesCancelled"],
    };
}
