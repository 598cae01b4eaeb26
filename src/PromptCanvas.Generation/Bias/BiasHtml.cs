using System.Globalization;
using System.Net;
using System.Text;
using PromptCanvas.Generation.Bias.Measuring;

namespace PromptCanvas.Generation.Bias;

/// <summary>A report as one HTML file that needs nothing else: no script, no other file.</summary>
public static class BiasHtml
{
    private const string Style = """
        body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#17171a;background:#fff}
        table{border-collapse:collapse;width:100%;margin:.5rem 0 2rem}caption{text-align:start;font-weight:600}
        th,td{padding:.4rem .6rem .4rem 0;border-bottom:1px solid #dfdfe4;text-align:start;vertical-align:middle}td.n{text-align:end;white-space:nowrap;font-variant-numeric:tabular-nums}
        .bias-plot{width:15rem;height:1.25rem;display:block}.bias-ground{fill:#ededf0}.bias-share{fill:#c2410c}.bias-whisker{stroke:#17171a;stroke-width:1.5;fill:none}
        .bias-picture{display:inline-block;width:48px;height:48px;background-size:cover;background-position:center;border-radius:4px;margin-inline-end:2px}h2{margin-top:3rem}
        @media(prefers-color-scheme:dark){body{color:#f1f1f3;background:#0d0d0f}th,td{border-color:#2b2b31}.bias-ground{fill:#2b2b31}.bias-share{fill:#ff8a4c}.bias-whisker{stroke:#f1f1f3}}
        """;

    /// <param name="words">In which language.</param>
    /// <param name="plan">The audit's plan.</param>
    /// <param name="report">Its report.</param>
    /// <param name="pictures">The files of example pictures, WebP or PNG, by id; the report leaves out those that are not there.</param>
    public static string Write(BiasExportWords words, BiasPlan plan, BiasReport report, IReadOnlyDictionary<Guid, byte[]> pictures)
    {
        ArgumentNullException.ThrowIfNull(words);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(pictures);
        var page = new StringBuilder();
        var files = BiasThumbnails.Of(report, pictures);
        page.Append("<!DOCTYPE html>\n<html lang=\"").Append(words.Language).Append("\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
            .Append(Text(plan.Name)).Append("</title><style>").Append(Style).Append(files.Rules).Append("</style></head><body>\n");
        AddHead(page, words, plan, report);
        foreach (var section in report.Sections)
        {
            page.Append("<h2>").Append(Text(section.Prompt ?? words.AllPrompts)).Append("</h2>\n");
            foreach (var finding in section.Findings)
            {
                AddFinding(page, words, finding, files);
            }
        }

        page.Append("<h2>").Append(Text(words.Captions)).Append("</h2>\n<pre>").Append(Text(BiasAttributeText.Write(plan.Attributes))).Append("</pre>\n");
        return page.Append("</body></html>\n").ToString();
    }

    private static void AddHead(StringBuilder page, BiasExportWords words, BiasPlan plan, BiasReport report)
    {
        string[] sentences =
        [
            words.Format(words.Drawn, report.Measured, plan.Size, plan.Model ?? "", plan.Prompts.Count, plan.Seed, report.Missing),
            words.SettingsOf(plan),
            words.Format(words.Measured, plan.Threshold),
            words.Shares,
        ];
        page.Append("<h1>").Append(Text(plan.Name)).Append("</h1>\n<p>").AppendJoin('\n', sentences.Select(Text)).Append("</p>\n");
    }

    private static void AddFinding(StringBuilder page, BiasExportWords words, BiasFinding finding, BiasThumbnails files)
    {
        var shares = finding.Shares;
        var isCorrected = shares.Values.Any(value => value.Corrected is not null);
        string[] heads = [words.Value, "", words.Share, "95 %", .. isCorrected ? (string[])[words.Corrected, "95 %"] : [], words.Pictures, words.Examples];
        page.Append("<table><caption>").Append(Text(finding.Attribute)).Append("</caption><thead><tr>").AppendJoin("", heads.Select(head => $"<th>{Text(head)}</th>")).Append("</tr></thead><tbody>\n");
        foreach (var (index, value) in shares.Values.Index())
        {
            var (best, interval) = value.Best;
            page.Append("<tr><th scope=\"row\">").Append(Text(value.Name)).Append("</th><td>").Append(BiasPlot.Share(best, interval).ToSvg()).Append("</td>");
            AddNumbers(page, words, value.Share, value.Interval);
            if (isCorrected)
            {
                AddNumbers(page, words, best, interval);
            }

            AddEnd(page, value.Pictures, finding.Examples[index], files);
        }

        page.Append("<tr><th scope=\"row\"><em>").Append(Text(words.Uncertain)).Append("</em></th><td>").Append(BiasPlot.Share(shares.UncertainShare, shares.UncertainInterval).ToSvg()).Append("</td>");
        AddNumbers(page, words, shares.UncertainShare, shares.UncertainInterval);
        page.Append(isCorrected ? "<td></td><td></td>" : "");
        AddEnd(page, shares.Uncertain, finding.Examples[^1], files);
        page.Append("</tbody></table>\n");
    }

    private static void AddNumbers(StringBuilder page, BiasExportWords words, double share, Interval interval) =>
        page.Append(words.Culture, $"<td class=\"n\">{100 * share:0.0} %</td><td class=\"n\">")
            .Append(Text(words.Format(words.Range, Percent(words, interval.Low), Percent(words, interval.High)))).Append("</td>");

    private static string Percent(BiasExportWords words, double share) => (100 * share).ToString("0.0", words.Culture);

    private static void AddEnd(StringBuilder page, int count, IReadOnlyList<Guid> examples, BiasThumbnails files)
    {
        page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{count}</td><td>");
        page.AppendJoin("", examples.Select(files.NameOf).OfType<string>().Select(name => $"<span class=\"bias-picture {name}\"></span>")).Append("</td></tr>\n");
    }

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
