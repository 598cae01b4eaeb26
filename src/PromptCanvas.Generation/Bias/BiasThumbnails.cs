using System.Text;
using PromptCanvas.Imaging.Pixels;
using PromptCanvas.Imaging.WebP;

namespace PromptCanvas.Generation.Bias;

/// <summary>The example pictures of a report in its style sheet: each once, however often it is shown, and as small as it is shown.</summary>
/// <param name="names">Classes of the style sheet by picture.</param>
/// <param name="rules">The rules of these classes.</param>
internal sealed class BiasThumbnails(IReadOnlyDictionary<Guid, string> names, string rules)
{
    // Twice the 48 pixels of the report, for dense screens.
    private const int Side = 96;

    /// <summary>The rules of the style sheet.</summary>
    public string Rules => rules;

    /// <param name="report">The report.</param>
    /// <param name="pictures">Picture files by id; those that are not there are left out.</param>
    public static BiasThumbnails Of(BiasReport report, IReadOnlyDictionary<Guid, byte[]> pictures)
    {
        var shown = report.Sections.SelectMany(section => section.Findings).SelectMany(finding => finding.Examples).SelectMany(ids => ids).Distinct()
            .Where(pictures.ContainsKey).ToList();
        var rules = new StringBuilder();
        var files = shown.Index().ToDictionary(entry => entry.Item, entry => $"p{entry.Index}");
        foreach (var (id, name) in files)
        {
            var small = Thumbnailer.Encode(PictureDecoder.Decode(pictures[id]), Side);
            rules.Append('.').Append(name).Append("{background-image:url(data:").Append(small.ContentType).Append(";base64,").Append(Convert.ToBase64String(small.Bytes.Span)).Append(")}\n");
        }

        return new BiasThumbnails(files, rules.ToString());
    }

    /// <summary>The class of a picture; null = it is left out.</summary>
    public string? NameOf(Guid id) => names.GetValueOrDefault(id);
}
