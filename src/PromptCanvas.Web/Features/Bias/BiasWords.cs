using System.Globalization;
using Microsoft.Extensions.Localization;
using PromptCanvas.Data.Series;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>States and figures of bias audits in words.</summary>
internal static class BiasWords
{
    public static string Of(SeriesState state, IStringLocalizer<Texts> texts) => state switch
    {
        SeriesState.Running => texts["BiasRunning"],
        SeriesState.Done => texts["BiasDone"],
        SeriesState.Failed => texts["BiasFailed"],
        _ => texts["BiasCancelled"],
    };

    public static string Percent(double share) => share.ToString("P1", CultureInfo.CurrentCulture);

    public static string Range(Interval interval) => $"{Percent(interval.Low)} – {Percent(interval.High)}";

    /// <summary>A difference in percentage points, with its sign.</summary>
    public static string Points(double difference) => (100 * difference).ToString("+0.0;−0.0;0.0", CultureInfo.CurrentCulture);
}
