using System.Globalization;
using System.Text;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Bias;

/// <summary>A report as CSV: a line for each value, and one for the uncertain pictures of each attribute.</summary>
public static class BiasCsv
{
    public static string Write(BiasReport report)
    {
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder("prompt,attribute,value,pictures,of,share,low,high,corrected,corrected_low,corrected_high\r\n");
        foreach (var section in report.Sections)
        {
            foreach (var (attribute, shares) in section.Findings.Select(finding => (finding.Attribute, finding.Shares)))
            {
                foreach (var value in shares.Values)
                {
                    Add(text, section, attribute, value.Name, (value.Pictures, value.Certain), (value.Share, value.Interval));
                    text.Append(CultureInfo.InvariantCulture, $",{value.Corrected:0.####},{value.CorrectedInterval?.Low:0.####},{value.CorrectedInterval?.High:0.####}\r\n");
                }

                Add(text, section, attribute, "(uncertain)", (shares.Uncertain, shares.Pictures), (shares.UncertainShare, shares.UncertainInterval));
                text.Append(",,,\r\n");
            }
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, BiasSection section, string attribute, string value, (int Pictures, int Of) counts, (double Share, Interval Interval) share) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"{CsvCell.Of(section.Prompt ?? "(all)")},{CsvCell.Of(attribute)},{CsvCell.Of(value)},{counts.Pictures},{counts.Of},{share.Share:0.####},{share.Interval.Low:0.####},{share.Interval.High:0.####}");
}
