using System.Globalization;
using System.Text;
using PromptCanvas.Generation.Bias.Measuring;
using PromptCanvas.Generation.Results;

namespace PromptCanvas.Generation.Bias;

/// <summary>A report as CSV: a line for each value, and one for the uncertain pictures of each attribute.</summary>
public static class BiasCsv
{
    /// <param name="words">In which language its columns are named; numbers are written alike in all.</param>
    /// <param name="report">The report.</param>
    public static string Write(BiasExportWords words, BiasReport report)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(report);
        var text = new StringBuilder(words.Columns).Append("\r\n");
        foreach (var section in report.Sections)
        {
            foreach (var (attribute, shares) in section.Findings.Select(finding => (finding.Attribute, finding.Shares)))
            {
                foreach (var value in shares.Values)
                {
                    Add(text, section.Prompt ?? $"({words.All})", attribute, value.Name, (value.Pictures, value.Certain), (value.Share, value.Interval));
                    text.Append(CultureInfo.InvariantCulture, $",{value.Corrected:0.####},{value.CorrectedInterval?.Low:0.####},{value.CorrectedInterval?.High:0.####}\r\n");
                }

                Add(text, section.Prompt ?? $"({words.All})", attribute, $"({words.Uncertain})", (shares.Uncertain, shares.Pictures), (shares.UncertainShare, shares.UncertainInterval));
                text.Append(",,,\r\n");
            }
        }

        return text.ToString();
    }

    private static void Add(StringBuilder text, string prompt, string attribute, string value, (int Pictures, int Of) counts, (double Share, Interval Interval) share) =>
        text.Append(
            CultureInfo.InvariantCulture,
            $"{CsvCell.Of(prompt)},{CsvCell.Of(attribute)},{CsvCell.Of(value)},{counts.Pictures},{counts.Of},{share.Share:0.####},{share.Interval.Low:0.####},{share.Interval.High:0.####}");
}
