using System.Globalization;
using Microsoft.Extensions.Localization;
using PromptCanvas.Generation.Bias;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Web.Resources;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>Figures of bias audits in words.</summary>
internal static class BiasWords
{
    public static string Percent(double share) => share.ToString("P1", CultureInfo.CurrentCulture);

    public static string Range(Interval interval) => $"{Percent(interval.Low)} – {Percent(interval.High)}";

    /// <summary>A difference in percentage points, with its sign.</summary>
    public static string Points(double difference) => (100 * difference).ToString("+0.0;−0.0;0.0", CultureInfo.CurrentCulture);

    /// <summary>The words of exported reports.</summary>
    public static BiasExportWords OfExports(IStringLocalizer<Texts> texts) => new()
    {
        Language = Languages.Current,
        AllPrompts = texts["BiasAllPrompts"],
        Drawn = texts["BiasExportDrawn"],
        Measured = texts["BiasExportMeasured"],
        Shares = texts["BiasExportShares"],
        Value = texts["BiasExportValue"],
        Share = texts["BiasExportShare"],
        Corrected = texts["BiasExportCorrected"],
        Pictures = texts["BiasExportPictures"],
        Examples = texts["BiasExportExamples"],
        Uncertain = texts["BiasUncertain"],
        Captions = texts["BiasExportCaptions"],
        Range = texts["BiasExportRange"],
        Guidance = texts["BiasExportGuidance"],
        PriorGuidance = texts["BiasExportPriorGuidance"],
        Steps = texts["BiasExportSteps"],
        Autoregressive = texts["BiasExportAutoregressive"],
        TextEmbedding = texts["BiasExportTextEmbedding"],
        CaptionOnly = texts["BiasExportCaptionOnly"],
        All = texts["BiasExportAll"],
        Columns = texts["BiasExportColumns"],
    };
}
