using System.Xml.Linq;
using PromptCanvas.Web.Tests.Fakes;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>The resource files of the interface.</summary>
internal static class TextFiles
{
    public static readonly string WebFolder = Path.Combine(Studio.RepoRoot, "src", "PromptCanvas.Web");

    /// <param name="file">Texts or Messages.</param>
    /// <param name="language">en or de.</param>
    public static Dictionary<string, string> Read(string file, string language) =>
        XDocument.Load(Path.Combine(WebFolder, "Resources", language == "en" ? $"{file}.resx" : $"{file}.{language}.resx")).Root!
            .Elements("data").ToDictionary(data => data.Attribute("name")!.Value, data => data.Element("value")!.Value);

    public static IEnumerable<string> Values(string file, string language) => Read(file, language).Values;
}
