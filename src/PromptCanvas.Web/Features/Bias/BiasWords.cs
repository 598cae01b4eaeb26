using System.Globalization;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Web.Features.Bias;

/// <summary>Figures of bias audits in words.</summary>
internal static class BiasWords
{
    public static string Percent(double share) => share.ToString("P1", CultureInfo.CurrentCulture);

    public static string Range(Interval interval) => $"{Percent(interval.Low)} – {Percent(interval.High)}";

    /// <summary>A difference in percentage points, with its sign.</summary>
    public static string Points(double difference) => (100 * difference).ToString("+0.0;−0.0;0.0", CultureInfo.CurrentCulture);
}
