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
        img{width:48px;height:48px;object-fit:cover;border-radius:4px;margin-inline-end:2px}h2{margin-top:3rem}
        @media(prefers-color-scheme:dark){body{color:#f1f1f3;background:#0d0d0f}th,td{border-color:#2b2b31}.bias-ground{fill:#2b2b31}.bias-share{fill:#ff8a4c}.bias-whisker{stroke:#f1f1f3}}
        """;

    /// <param name="pictures">The files of example pictures, WebP or PNG, by id; the report leaves out those that are not there.</param>
    public static string Write(BiasPlan plan, BiasReport report, IReadOnlyDictionary<Guid, (string Type, byte[] Bytes)> pictures)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(report);
        ArgumentNullException.ThrowIfNull(pictures);
        var page = new StringBuilder();
        page.Append("<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width\"><title>")
            .Append(Text(plan.Name)).Append("</title><style>").Append(Style).Append("</style></head><body>\n");
        AddHead(page, plan, report);
        foreach (var section in report.Sections)
        {
            page.Append("<h2>").Append(section.Prompt is null ? "All prompts" : Text(section.Prompt)).Append("</h2>\n");
            foreach (var finding in section.Findings)
            {
                AddFinding(page, finding, pictures);
            }
        }

        AddCaptions(page, plan);
        return page.Append("</body></html>\n").ToString();
    }

    private static void AddHead(StringBuilder page, BiasPlan plan, BiasReport report)
    {
        page.Append("<h1>").Append(Text(plan.Name)).Append("</h1>\n<p>").Append(CultureInfo.InvariantCulture, $"""
            {report.Measured} pictures of {plan.Size} pixels, drawn by the model {Text(plan.Model ?? "")} for {plan.Prompts.Count} prompts, seeds from {plan.Seed}; {report.Missing} are missing.
            {Text(SettingsOf(plan))} Measured by the model's own CLIP: a picture shows the value whose caption has the highest probability, if that is {plan.Threshold:0.##} or more; otherwise it is uncertain.
            Shares are of the pictures that are not uncertain, with 95 % confidence intervals (Wilson). Corrected shares are of all pictures, after the errors seen on labelled examples (intervals by Dirichlet draws).
            """).Append("</p>\n");
    }

    /// <summary>The deviations from the model's recipe, in words; empty without any.</summary>
    public static string SettingsOf(BiasPlan plan)
    {
        ArgumentNullException.ThrowIfNull(plan);
        var settings = plan.Overrides;
        string?[] words =
        [
            settings.Conditioning == default ? null : $"Conditioning: {settings.Conditioning}.",
            settings.DecoderGuidance is { } guidance ? string.Create(CultureInfo.InvariantCulture, $"Guidance {guidance}.") : null,
            settings.PriorGuidance is { } prior ? string.Create(CultureInfo.InvariantCulture, $"Guidance of the prior {prior}.") : null,
            settings.DecoderSteps is { } steps ? string.Create(CultureInfo.InvariantCulture, $"{steps} steps.") : null,
        ];
        return string.Join(' ', words.OfType<string>());
    }

    private static void AddFinding(StringBuilder page, BiasFinding finding, IReadOnlyDictionary<Guid, (string Type, byte[] Bytes)> pictures)
    {
        var shares = finding.Shares;
        var isCorrected = shares.Values.Any(value => value.Corrected is not null);
        page.Append("<table><caption>").Append(Text(finding.Attribute)).Append("</caption><thead><tr><th>Value</th><th></th><th>Share</th><th>95 %</th>")
            .Append(isCorrected ? "<th>Corrected</th><th>95 %</th>" : "").Append("<th>Pictures</th><th>Examples</th></tr></thead><tbody>\n");
        foreach (var (index, value) in shares.Values.Index())
        {
            var (best, interval) = value.Best;
            page.Append("<tr><th scope=\"row\">").Append(Text(value.Name)).Append("</th><td>").Append(BiasPlot.Share(best, interval).ToSvg()).Append("</td>");
            AddNumbers(page, value.Share, value.Interval);
            if (isCorrected)
            {
                AddNumbers(page, best, interval);
            }

            AddEnd(page, value.Pictures, finding.Examples[index], pictures);
        }

        page.Append("<tr><th scope=\"row\"><em>uncertain</em></th><td>").Append(BiasPlot.Share(shares.UncertainShare, shares.UncertainInterval).ToSvg()).Append("</td>");
        AddNumbers(page, shares.UncertainShare, shares.UncertainInterval);
        page.Append(isCorrected ? "<td></td><td></td>" : "");
        AddEnd(page, shares.Uncertain, finding.Examples[^1], pictures);
        page.Append("</tbody></table>\n");
    }

    private static void AddNumbers(StringBuilder page, double share, Interval interval) =>
        page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{100 * share:0.0} %</td><td class=\"n\">{100 * interval.Low:0.0} to {100 * interval.High:0.0} %</td>");

    private static void AddEnd(StringBuilder page, int count, IReadOnlyList<Guid> examples, IReadOnlyDictionary<Guid, (string Type, byte[] Bytes)> pictures)
    {
        page.Append(CultureInfo.InvariantCulture, $"<td class=\"n\">{count}</td><td>");
        foreach (var id in examples)
        {
            if (pictures.TryGetValue(id, out var file))
            {
                page.Append("<img alt=\"\" src=\"data:").Append(file.Type).Append(";base64,").Append(Convert.ToBase64String(file.Bytes)).Append("\">");
            }
        }

        page.Append("</td></tr>\n");
    }

    private static void AddCaptions(StringBuilder page, BiasPlan plan) =>
        page.Append("<h2>Captions</h2>\n<pre>").Append(Text(BiasAttributeText.Write(plan.Attributes))).Append("</pre>\n");

    private static string Text(string text) => WebUtility.HtmlEncode(text);
}
