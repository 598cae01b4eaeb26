using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace PromptCanvas.Web.Tests.Structure;

/// <summary>Every text key used in pages exists, and every existing key is used.</summary>
public sealed partial class TextTests
{
    private static string WebFolder => TextFiles.WebFolder;

    [Fact]
    public void Texts_AskedForAndWritten_AreTheSame()
    {
        var written = XDocument.Load(Path.Combine(WebFolder, "Resources", "Texts.resx")).Root!
            .Elements("data").Select(data => data.Attribute("name")!.Value);
        var asked = Directory.EnumerateFiles(WebFolder, "*.*", SearchOption.AllDirectories)
            .Where(file => file.EndsWith(".razor", StringComparison.Ordinal) || file.EndsWith(".cs", StringComparison.Ordinal))
            .SelectMany(file => Key().Matches(File.ReadAllText(file)).Select(match => match.Groups[1].Value));

        Assert.Equal(written.Order(StringComparer.Ordinal), asked.Distinct().Order(StringComparer.Ordinal));
    }

    [GeneratedRegex("""\b(?:T|texts)\["(\w+)""")]
    private static partial Regex Key();
}
